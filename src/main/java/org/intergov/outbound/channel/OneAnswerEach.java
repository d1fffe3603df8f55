package org.intergov.outbound.channel;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;

/**
 * Sees to it that each request on a connection gets one answer, its own. Interim answers (1xx, any
 * number of them; RFC 9110, section 15.2) are passed over. What cannot be read as one answer to
 * this request ends the connection: a change of protocol that nobody asked for (101), a second
 * answer, bytes that nobody asked for, an answer that breaks the rules of HTTP. The outcome is
 * unknown then, and no other request ever gets what was meant for this one.
 *
 * <p>The end of an answer is handed on when everything that came with it has been looked at, so
 * that no other request goes out on a connection that has more to say.
 */
public final class OneAnswerEach extends ChannelDuplexHandler {
  private static final int SWITCHING_PROTOCOLS = 101;

  private int unanswered;
  private boolean inInterim;
  private LastHttpContent end;
  private boolean broken;

  /** The other side has not given one answer to one request. */
  public static final class NotOneAnswerException extends Exception {
    private static final long serialVersionUID = 1L;

    NotOneAnswerException(String message) {
      super(message, null, false, false);
    }
  }

  /** To be called for each new connection, before anything is sent on it. */
  public static void guard(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    String reader = pipeline.context(VertxHandler.class).name();
    pipeline.addBefore(reader, OneAnswerEach.class.getSimpleName(), new OneAnswerEach());
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise)
      throws Exception {
    if (msg instanceof HttpRequest) {
      unanswered++;
    }
    super.write(ctx, msg, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
    if (broken || !(msg instanceof HttpObject part)) {
      ReferenceCountUtil.release(msg);
      return;
    }
    String wrong = whatIsWrong(part);
    if (wrong != null) {
      ReferenceCountUtil.release(msg);
      breakOff(ctx, wrong);
    } else if (isInterim(part)) {
      ReferenceCountUtil.release(msg);
    } else if (part instanceof LastHttpContent last) {
      end = last;
    } else {
      super.channelRead(ctx, msg);
    }
  }

  private String whatIsWrong(HttpObject part) {
    if (part.decoderResult().isFailure()) {
      return "an answer that is not HTTP";
    } else if (end != null) {
      return "more than one answer";
    } else if (part instanceof HttpResponse response) {
      if (unanswered == 0) {
        return "an answer that nobody asked for";
      } else if (response.status().code() == SWITCHING_PROTOCOLS) {
        return "101, a change of protocol that nobody asked for";
      }
    }
    return null;
  }

  private boolean isInterim(HttpObject part) {
    if (part instanceof HttpResponse response) {
      inInterim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      return inInterim;
    }
    boolean was = inInterim && part instanceof HttpContent;
    if (part instanceof LastHttpContent) {
      inInterim = false;
    }
    return was;
  }

  private void breakOff(ChannelHandlerContext ctx, String why) {
    broken = true;
    ReferenceCountUtil.release(end);
    end = null;
    ctx.fireExceptionCaught(new NotOneAnswerException(why));
    ctx.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    handOnEnd(ctx);
    super.channelReadComplete(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    handOnEnd(ctx);
    super.channelInactive(ctx);
  }

  private void handOnEnd(ChannelHandlerContext ctx) {
    if (end != null) {
      LastHttpContent last = end;
      end = null;
      unanswered--;
      ctx.fireChannelRead(last);
    }
  }
}
