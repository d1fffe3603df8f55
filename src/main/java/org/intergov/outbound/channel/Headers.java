package org.intergov.outbound.channel;

/** The contract between the gateway and a channel route: these headers, and no others. */
public final class Headers {
  /** In: {@code AU:the-ref}. */
  public static final String REFERENCE = "reference";

  /** In: the key that goes with every attempt of one delivery. */
  public static final String IDEMPOTENCY_KEY = "idempotencyKey";

  public static final String SENDER = "sender";
  public static final String RECEIVER = "receiver";
  public static final String SUBJECT = "subject";
  public static final String PREDICATE = "predicate";

  /** In, for routes of operators: the idempotency key in letters fit for the name of a file. */
  static final String SAFE_KEY = "safeKey";

  /** Out of post, in for status: the channel's id of the delivery, as text. */
  public static final String CHANNEL_TXN_ID = "channelTxnId";

  /** Out: received, confirmed, undeliverable or revoked. */
  public static final String CHANNEL_STATUS = "channelStatus";

  /** In for subscribe: the path under which the channel is to call back. */
  public static final String CALLBACK_PATH = "callbackPath";

  /** In for statuses: the query of the page that is asked for. */
  public static final String PAGE = "page";

  /** Out of statuses: the query of the next page, if there is one. */
  public static final String NEXT_PAGE = "nextPage";

  /** Out of a route of an operator that ends without success: refused, unavailable or unknown. */
  static final String CHANNEL_OUTCOME = "channelOutcome";

  /** Out, with the above: why, in one sentence for the journal. */
  static final String CHANNEL_DETAIL = "channelDetail";

  /** Out of an HTTP call: the status code. */
  public static final String HTTP_STATUS = "httpStatus";

  /** Out of an HTTP call: the Retry-After header as it came. */
  public static final String RETRY_AFTER = "retryAfter";

  /** Out of an HTTP call, with the above: the Date header as it came; null: there was none. */
  public static final String ANSWER_DATE = "answerDate";

  private Headers() {}
}
