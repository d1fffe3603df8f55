package org.intergov.outbound.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.camel.component.jdbc.ConnectionStrategy;

/**
 * Which connection {@code jdbc:} endpoints of the lake use: that of the transaction which is open
 * on their thread, so that what a route writes to the lake is part of it; where none is open, one
 * from the pool, on which each statement commits by itself. Thread-safe.
 */
final class LakeConnections implements ConnectionStrategy {
  private final ThreadLocal<Connection> lent = new ThreadLocal<>();

  /** What runs while a connection is lent. */
  interface Borrower<T> {
    T run() throws SQLException;
  }

  /**
   * Whoever opened the transaction commits and closes; until then this thread has the use of it.
   */
  <T> T lend(Connection connection, Borrower<T> borrower) throws SQLException {
    lent.set(withoutClose(connection));
    try {
      return borrower.run();
    } finally {
      lent.remove();
    }
  }

  @Override
  public Connection getConnection(DataSource dataSource) throws SQLException {
    Connection ofTransaction = lent.get();
    return ofTransaction == null ? dataSource.getConnection() : ofTransaction;
  }

  @Override
  public boolean isConnectionTransactional(Connection connection, DataSource dataSource) {
    return connection != null && connection == lent.get();
  }

  /** The endpoint closes what it was given when its exchange has ended, however it was told. */
  private static Connection withoutClose(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            LakeConnections.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "close" -> null;
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> call(connection, method, arguments);
                });
  }

  private static Object call(Connection connection, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
