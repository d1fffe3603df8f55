package org.intergov.outbound.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Posts a message, and stops in the middle of its body until told to go on. */
final class SlowClient implements AutoCloseable {
  private final Sent message;
  private final byte[] body;
  private final Socket socket;

  SlowClient(int port, Sent message) throws IOException {
    this.message = message;
    this.body = message.json().getBytes(StandardCharsets.UTF_8);
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    String head =
        "POST /messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    send(head.getBytes(StandardCharsets.US_ASCII));
    send(Arrays.copyOf(body, body.length / 2));
  }

  Sent message() {
    return message;
  }

  /** Whether it is answered already, in the middle of its body: it was refused. */
  boolean isAnswered() throws IOException {
    return socket.getInputStream().available() > 0;
  }

  /** Sends the rest; the first line of the answer. */
  String finish() throws IOException {
    send(Arrays.copyOfRange(body, body.length / 2, body.length));
    return new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
        .readLine();
  }

  private void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
