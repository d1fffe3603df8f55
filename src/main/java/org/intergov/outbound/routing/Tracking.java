package org.intergov.outbound.routing;

/**
 * How a channel tells what became of what it took.
 *
 * @param asked its kind has a status route: the poller asks
 * @param receipts it sends receipts
 */
public record Tracking(boolean asked, boolean receipts) {

  /** Neither: then the acknowledgement of a post is all there will ever be, and confirms it. */
  public boolean none() {
    return !asked && !receipts;
  }
}
