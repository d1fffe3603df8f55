/** The command line: one class a command. */
package org.intergov.outbound.cli;
