package org.intergov.outbound.chaos;

import java.util.List;

/**
 * Something that must not be.
 *
 * @param evidence the shortest part of the history that shows it
 * @param journal words of the message's journal, in order
 */
record Finding(String rule, String ref, String what, List<Entry> evidence, List<String> journal) {}
