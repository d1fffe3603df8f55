package org.intergov.outbound.monitoring;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An MXBean whose interface says by {@link Description} what everything is. */
final class DescribedMBean extends StandardMBean {
  private static final Logger LOG = LoggerFactory.getLogger(DescribedMBean.class);
  private static final String DOMAIN = "org.intergov.outbound:";
  private final Class<?> described;

  private <T> DescribedMBean(T bean, Class<T> described) {
    super(bean, described, true);
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
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    try {
      ObjectName name = new ObjectName(DOMAIN + keys);
      if (server.isRegistered(name)) {
        server.unregisterMBean(name);
      }
      server.registerMBean(new DescribedMBean(bean, described), name);
      return () -> unregister(server, name);
    } catch (JMException e) {
      LOG.warn("no MBean {}{}: {}", DOMAIN, keys, e.toString());
      return () -> {};
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
