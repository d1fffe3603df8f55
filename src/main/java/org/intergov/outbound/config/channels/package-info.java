/** {@code channels.yaml}: read, validated whole, and described as a JSON Schema. */
package org.intergov.outbound.config.channels;
