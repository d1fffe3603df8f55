package org.intergov.outbound.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures: printed one JSON object a line as they come, and written as one JSON array. */
final class Report {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final List<Map<String, Object>> lines = new ArrayList<>();

  /**
   * One figure.
   *
   * @param what what was run, so that the figure can be understood by itself
   */
  Figure figure(String name, double value, String unit, String what) {
    return new Figure(name, value, unit, what);
  }

  /** A figure in the making; {@link #print} ends it. */
  final class Figure {
    private final Map<String, Object> line = new LinkedHashMap<>();
    private final double value;

    private Figure(String name, double value, String unit, String what) {
      this.value = value;
      line.put("name", name);
      line.put("value", rounded(value));
      line.put("unit", unit);
      line.put("ratio", null);
      line.put("target", null);
      line.put("met", null);
      line.put("what", what);
    }

    /** What the value is compared with, and the ratio to it. */
    Figure ratio(double ratio, String to) {
      line.put("ratio", rounded(ratio));
      line.put("ratio_to", to);
      return this;
    }

    Figure ratioAtLeast(double target) {
      return target((double) line.get("ratio") >= target, "ratio >= " + target);
    }

    Figure ratioAtMost(double target) {
      return target((double) line.get("ratio") <= target, "ratio <= " + target);
    }

    Figure atLeast(double target) {
      return target(value >= target, ">= " + target);
    }

    Figure atMost(double target) {
      return target(value <= target, "<= " + target);
    }

    private Figure target(boolean met, String text) {
      Object before = line.get("target");
      line.put("target", before == null ? text : before + " and " + text);
      line.put("met", met && !Boolean.FALSE.equals(line.get("met")));
      return this;
    }

    /** Something else that was measured in the same run. */
    Figure with(String key, Object measured) {
      line.put(key, measured instanceof Double d ? rounded(d) : measured);
      return this;
    }

    void print() {
      lines.add(line);
      try {
        System.out.println(JSON.writeValueAsString(line));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static double rounded(double value) {
    double factor = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 10 : 1_000;
    return Math.round(value * factor) / factor;
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    JSON.copy().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), lines);
  }
}
