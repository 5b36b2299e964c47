package org.relaycontrol.it.harness;

import org.apache.activemq.store.PersistenceAdapter;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;
import org.apache.james.ExtraProperties;
import org.apache.james.FakeSearchMailboxModule;
import org.apache.james.JamesServerMain;
import org.apache.james.MemoryJamesConfiguration;
import org.apache.james.MemoryJamesServerMain;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.modules.server.JMXServerModule;
import org.apache.james.queue.activemq.ActiveMQMailQueueFactory;
import org.apache.james.queue.activemq.EmbeddedActiveMQ;
import org.apache.james.queue.activemq.metric.ActiveMQMetricCollectorNoop;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.ManageableMailQueue;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;

/**
 * James's memory app with the mail queues of its JPA app, which keep mail in files (ActiveMQ, KahaDB): a James of that kind is the only one
 * with durable queues whose parts can be had one by one.
 */
public final class DurableQueueJames {
    private DurableQueueJames() {
    }

    /** Starts as James's own main class does. */
    public static void main(String[] args) throws Exception {
        ExtraProperties.initialize();
        MemoryJamesConfiguration configuration = MemoryJamesConfiguration.builder().useWorkingDirectoryEnvProperty().build();
        JamesServerMain.main(MemoryJamesServerMain.createServer(configuration)
            .combineWith(new FakeSearchMailboxModule(), new JMXServerModule())
            .overrideWith(new ActiveMqQueues()));
    }

    private static final class ActiveMqQueues extends AbstractModule {
        @Override
        protected void configure() {
            bind(KahaDBPersistenceAdapter.class).in(Singleton.class);
            bind(PersistenceAdapter.class).to(KahaDBPersistenceAdapter.class);
            bind(EmbeddedActiveMQ.class).in(Singleton.class);
        }

        @Provides
        @Singleton
        ActiveMQMailQueueFactory factory(EmbeddedActiveMQ broker, MailQueueItemDecoratorFactory decorators, MetricFactory metrics,
                GaugeRegistry gauges) {
            ActiveMQMailQueueFactory factory =
                new ActiveMQMailQueueFactory(broker, decorators, metrics, gauges, new ActiveMQMetricCollectorNoop());
            factory.setUseJMX(false);
            factory.init();
            return factory;
        }

        @Provides
        MailQueueFactory<? extends ManageableMailQueue> manageable(ActiveMQMailQueueFactory factory) {
            return factory;
        }

        @Provides
        MailQueueFactory<?> any(ActiveMQMailQueueFactory factory) {
            return factory;
        }

        @Provides
        MailQueueFactory<? extends MailQueue> some(ActiveMQMailQueueFactory factory) {
            return factory;
        }
    }
}
