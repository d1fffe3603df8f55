package org.intergov.outbound.config.channels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.config.kind.ParameterOutlines;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Problems;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.message.MessageRules;

/**
 * The JSON Schema of {@code channels.yaml}, for editors. The loader's own readers say what there
 * may be, so the two do not differ; what a schema cannot say (placeholders that nobody sets, ids
 * twice, entries that can never carry a message, one duration longer than another) only the loader
 * tells.
 */
public final class ChannelsSchema {

  static final String RULE = "#/$defs/rule";
  static final String COUNTRY = "#/$defs/country";

  private ChannelsSchema() {}

  /**
   * The schema (draft 2020-12) as maps, lists, texts, numbers and truth values.
   *
   * @param kinds of channel there are, by name
   */
  public static Map<String, Object> of(Map<String, KindDescription> kinds) {
    Outline file = new Outline(ChannelsFile.KEYS);
    file.put("defaults", orNothing(defaults()));
    file.put("channels", Outline.listOf(channel(new TreeMap<>(kinds))));
    file.require("channels");
    Map<String, Object> schema =
        Outline.object(
            "$schema",
            "https://json-schema.org/draft/2020-12/schema",
            "title",
            "channels.yaml of intergov-outbound",
            "description",
            "The routing table: the first entry, in order, that matches a message and does not"
                + " screen it, carries it.");
    schema.putAll(file.schema());
    schema.put(
        "$defs",
        Outline.object(
            "text",
            text(),
            "country",
            MatchReader.countries(),
            "rule",
            MatchReader.outline().schema()));
    return schema;
  }

  /** A scalar whose placeholders, if it has any, are well-formed. */
  private static Map<String, Object> text() {
    String placeholder = "env:[A-Za-z_][A-Za-z0-9_]*(?::(?:(?!\\}\\})[\\s\\S])*)?\\}\\}";
    return Outline.object(
        "type",
        List.of("string", "number", "boolean"),
        "pattern",
        "^(?![\\s\\S]*\\{\\{(?!" + placeholder + "))");
  }

  private static Map<String, Object> defaults() {
    Outline defaults = new Outline(SettingsReader.KEYS);
    SettingsReader.read(Section.outlined(defaults), ChannelSettings.BUILT_IN);
    return defaults.schema();
  }

  private static Map<String, Object> channel(Map<String, KindDescription> kinds) {
    Source nowhere = new Source(new Problems(java.nio.file.Path.of("")), name -> null);
    Outline channel = new ChannelReader(nowhere, new MessageRules("AU"), kinds).outline();
    channel.put("match", Outline.object("$ref", RULE));
    channel.put("screen", ScreenReader.outline().schema());
    channel.put("parameters", Outline.object("type", List.of("object", "null")));
    List<Object> byKind = new ArrayList<>();
    kinds.values().forEach(kind -> byKind.add(ifOf(kind)));
    channel.also("allOf", byKind);
    return channel.schema();
  }

  private static Map<String, Object> ifOf(KindDescription kind) {
    Outline parameters = ParameterOutlines.of(kind);
    Map<String, Object> schema = parameters.schema();
    Map<String, Object> then =
        parameters.requiresAny()
            ? Outline.object(
                "properties",
                Outline.object("parameters", schema),
                "required",
                List.of("parameters"))
            : Outline.object("properties", Outline.object("parameters", orNothing(schema)));
    return Outline.when("kind", kind.name(), then);
  }

  private static Map<String, Object> orNothing(Map<String, Object> schema) {
    return Outline.object("anyOf", List.of(schema, Outline.object("type", "null")));
  }
}
