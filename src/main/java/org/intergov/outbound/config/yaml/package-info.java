/** YAML read with limits, by sections that know file, line and path of every value. */
package org.intergov.outbound.config.yaml;
