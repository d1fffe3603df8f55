package org.intergov.outbound.api.door;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request that cannot be answered as asked; becomes problem JSON (RFC 9457). */
public final class ApiProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;
  private final String title;
  private final transient List<?> errors;
  private final transient Map<String, String> headers;

  public ApiProblem(int status, String title, String detail) {
    this(status, title, detail, List.of(), Map.of());
  }

  public ApiProblem(
      int status, String title, String detail, List<?> errors, Map<String, String> headers) {
    super(detail, null, false, false);
    this.status = status;
    this.title = title;
    this.errors = errors;
    this.headers = headers;
  }

  public int status() {
    return status;
  }

  public Map<String, String> headers() {
    return headers;
  }

  /** The document; {@code errors} says of each error where it is and what is wrong. */
  Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", "about:blank");
    document.put("title", title);
    document.put("status", status);
    document.put("detail", getMessage());
    if (!errors.isEmpty()) {
      document.put("errors", errors);
    }
    return document;
  }
}
