package org.intergov.outbound;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.SimpleRegistry;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Camel's registry, made fit for channels that are added and removed with traffic running.
 *
 * <p>In Camel's own (4.18), the beans of a route template are seen by every thread while a route is
 * made of it, so that a lookup for a message of another channel finds them instead of its own, or
 * fails since they go between its two looks; and beans stand in a map that must not be read while
 * one is added. Here a template's beans are seen by the thread that builds the route and no other,
 * and the map is guarded. Thread-safe.
 */
final class SharedRegistry extends DefaultRegistry {
  private final ThreadLocal<Deque<BeanRepository>> building =
      ThreadLocal.withInitial(ArrayDeque::new);

  SharedRegistry() {
    setFallbackRegistry(new Beans());
  }

  @Override
  public void setLocalBeanRepository(BeanRepository beans) {
    if (beans != null) {
      building.get().push(beans);
      return;
    }
    BeanRepository last = building.get().poll();
    if (building.get().isEmpty()) {
      building.remove();
    }
    if (last != null) {
      ServiceHelper.stopService(last);
    }
  }

  @Override
  public BeanRepository getLocalBeanRepository() {
    return building.get().peek();
  }

  private static final class Beans extends SimpleRegistry {
    @Override
    public synchronized void bind(String id, Class<?> type, Object bean) {
      super.bind(id, type, bean);
    }

    @Override
    public synchronized void unbind(String id) {
      super.unbind(id);
    }

    @Override
    public synchronized <T> T lookupByNameAndType(String name, Class<T> type) {
      return super.lookupByNameAndType(name, type);
    }

    @Override
    public synchronized <T> Map<String, T> findByTypeWithName(Class<T> type) {
      return super.findByTypeWithName(type);
    }

    @Override
    public synchronized <T> Set<T> findByType(Class<T> type) {
      return super.findByType(type);
    }
  }
}
