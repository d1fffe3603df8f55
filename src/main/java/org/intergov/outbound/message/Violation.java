package org.intergov.outbound.message;

/**
 * One broken rule of a message.
 *
 * @param field the field as it is named in JSON, or {@code body} for the whole
 * @param rule one of {@code required}, {@code type}, {@code country}, {@code jurisdiction}, {@code
 *     length}, {@code blank}, {@code characters}, {@code format}, {@code unknown_field}, {@code
 *     json}, {@code too_large}
 * @param detail a sentence that names what was found and what was expected; long values are cut,
 *     control characters escaped
 */
public record Violation(String field, String rule, String detail) {}
