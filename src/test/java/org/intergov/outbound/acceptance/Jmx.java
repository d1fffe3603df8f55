package org.intergov.outbound.acceptance;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The MBeans of a running gateway, as a console on the same machine sees them. */
final class Jmx implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection server;

  private Jmx(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
  }

  static Jmx of(GatewayProcess gateway) {
    try {
      VirtualMachine machine = VirtualMachine.attach(String.valueOf(gateway.pid()));
      try {
        return new Jmx(
            JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent())));
      } finally {
        machine.detach();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (AttachNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  Object attribute(String bean, String attribute) {
    try {
      return server.getAttribute(new ObjectName(bean), attribute);
    } catch (JMException | IOException e) {
      throw new IllegalStateException(bean + " " + attribute, e);
    }
  }

  Object invoke(String bean, String operation) throws JMException, IOException {
    return server.invoke(new ObjectName(bean), operation, null, null);
  }

  Object invoke(String bean, String operation, String argument) throws JMException, IOException {
    return server.invoke(
        new ObjectName(bean),
        operation,
        new Object[] {argument},
        new String[] {String.class.getName()});
  }

  /** Every attribute of every MBean that can be read, a line each. */
  String everything() throws JMException, IOException {
    StringBuilder all = new StringBuilder();
    for (ObjectName name : server.queryNames(null, null)) {
      try {
        everything(name, all);
      } catch (InstanceNotFoundException e) {
        // it has gone since the names were read, as a client does that was needed for a moment
      }
    }
    return all.toString();
  }

  private void everything(ObjectName name, StringBuilder all) throws JMException, IOException {
    String[] attributes =
        Arrays.stream(server.getMBeanInfo(name).getAttributes())
            .filter(MBeanAttributeInfo::isReadable)
            .map(MBeanAttributeInfo::getName)
            .toArray(String[]::new);
    all.append(name).append('\n');
    server
        .getAttributes(name, attributes)
        .asList()
        .forEach(a -> all.append(a.getName()).append('=').append(text(a.getValue())).append('\n'));
  }

  private static String text(Object value) {
    return value instanceof Object[] array ? Arrays.deepToString(array) : String.valueOf(value);
  }

  /** What an MBean notifies of from now on, the newest last. */
  List<Notification> listen(String bean) throws JMException, IOException {
    List<Notification> heard = new CopyOnWriteArrayList<>();
    server.addNotificationListener(
        new ObjectName(bean), (notification, handback) -> heard.add(notification), null, null);
    return heard;
  }

  /** What is said of everything that an MBean has, by its name. */
  Map<String, String> descriptions(String bean) throws JMException, IOException {
    MBeanInfo info = server.getMBeanInfo(new ObjectName(bean));
    Map<String, String> descriptions = new TreeMap<>();
    for (MBeanFeatureInfo attribute : info.getAttributes()) {
      descriptions.put(attribute.getName(), attribute.getDescription());
    }
    for (MBeanFeatureInfo operation : info.getOperations()) {
      descriptions.put(operation.getName(), operation.getDescription());
    }
    return descriptions;
  }

  String description(String bean) throws JMException, IOException {
    return server.getMBeanInfo(new ObjectName(bean)).getDescription();
  }

  /** Camel routes in the gateway. */
  int routes() {
    return count("org.apache.camel:type=routes,*");
  }

  int count(String pattern) {
    try {
      return server.queryNames(new ObjectName(pattern), null).size();
    } catch (JMException | IOException e) {
      throw new IllegalStateException(pattern, e);
    }
  }

  int threads() {
    return (Integer) attribute("java.lang:type=Threading", "ThreadCount");
  }

  /** Bytes of heap that are still used after a full collection. */
  long heapAfterCollection() {
    try {
      invoke("java.lang:type=Memory", "gc");
      invoke("java.lang:type=Memory", "gc");
    } catch (JMException | IOException e) {
      throw new IllegalStateException(e);
    }
    return (Long)
        ((CompositeData) attribute("java.lang:type=Memory", "HeapMemoryUsage")).get("used");
  }

  /** Objects of a class that are still referenced. */
  int instances(String className) {
    try {
      String histogram =
          (String)
              server.invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      return histogram
          .lines()
          .map(line -> line.trim().split("\\s+"))
          .filter(words -> words.length > 3 && words[3].equals(className))
          .mapToInt(words -> Integer.parseInt(words[1]))
          .sum();
    } catch (JMException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
