package org.intergov.outbound.monitoring;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import javax.management.StandardEmitterMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An MXBean whose interface says by {@link Description} what everything is. */
final class DescribedMBean extends StandardEmitterMBean {
  private static final Logger LOG = LoggerFactory.getLogger(DescribedMBean.class);
  private static final String DOMAIN = "org.intergov.outbound:";
  private final Class<?> described;

  private <T> DescribedMBean(T bean, Class<T> described, NotificationBroadcasterSupport emitter) {
    super(bean, described, true, emitter);
    this.described = described;
  }

  /**
   * Registers it with the platform's MBean server. What has the name already is replaced: it is of
   * a gateway of this process that did not end as it should.
   *
   * @param keys such as {@code type=RoutingTable}
   * @return takes it away again
   */
  static <T> Runnable register(T bean, Class<T> described, String keys) {
    return register(bean, described, keys, new Notifications());
  }

  /**
   * The same, for one that notifies.
   *
   * @param notifications what is given to it comes from this MBean
   */
  static <T> Runnable register(
      T bean, Class<T> described, String keys, Notifications notifications) {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    try {
      ObjectName name = new ObjectName(DOMAIN + keys);
      if (server.isRegistered(name)) {
        server.unregisterMBean(name);
      }
      server.registerMBean(new DescribedMBean(bean, described, notifications), name);
      notifications.source = name;
      return () -> unregister(server, name);
    } catch (JMException e) {
      LOG.warn("MBean {}{} could not be registered: {}", DOMAIN, keys, e.toString());
      return () -> {};
    }
  }

  /** What an MBean tells those who listen to it. Thread-safe. */
  static final class Notifications extends NotificationBroadcasterSupport {
    private final AtomicLong sequence = new AtomicLong();
    private volatile ObjectName source;

    /**
     * @param types and what each is for, as {@code type, description, type, description}
     */
    Notifications(String... types) {
      super(infos(types));
    }

    private static MBeanNotificationInfo[] infos(String... types) {
      MBeanNotificationInfo[] infos = new MBeanNotificationInfo[types.length / 2];
      for (int i = 0; i < infos.length; i++) {
        infos[i] =
            new MBeanNotificationInfo(
                new String[] {types[2 * i]}, Notification.class.getName(), types[2 * i + 1]);
      }
      return infos;
    }

    /**
     * @param data one word for programs
     */
    void send(String type, String message, String data) {
      ObjectName from = source;
      if (from != null) {
        Notification n = new Notification(type, from, sequence.incrementAndGet(), message);
        n.setUserData(data);
        sendNotification(n);
      }
    }
  }

  private static void unregister(MBeanServer server, ObjectName name) {
    try {
      if (server.isRegistered(name)) {
        server.unregisterMBean(name);
      }
    } catch (JMException e) {
      LOG.debug("MBean {} stays", name, e);
    }
  }

  @Override
  protected String getDescription(MBeanInfo info) {
    Description description = described.getAnnotation(Description.class);
    return description == null ? super.getDescription(info) : description.value();
  }

  @Override
  protected String getDescription(MBeanAttributeInfo info) {
    return of((info.isIs() ? "is" : "get") + info.getName(), info);
  }

  @Override
  protected String getDescription(MBeanOperationInfo info) {
    return of(info.getName(), info);
  }

  private String of(String method, MBeanFeatureInfo info) {
    for (Method m : described.getMethods()) {
      Description description = m.getAnnotation(Description.class);
      if (m.getName().equals(method) && description != null) {
        return description.value();
      }
    }
    return info.getDescription();
  }
}
