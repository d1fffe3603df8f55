/** The folder of route files, and watching files for edits. */
package org.intergov.outbound.config.file;
