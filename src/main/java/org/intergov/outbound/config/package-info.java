/**
 * What an administrator writes, as it is read: what is wrong with it, where, and what was expected.
 */
package org.intergov.outbound.config;
