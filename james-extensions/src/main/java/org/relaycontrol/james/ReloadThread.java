package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.relaycontrol.config.FileWatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that looks at policy files again and again, loads and proves them. It does not keep the JVM running.
 */
@Singleton
public class ReloadThread {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReloadThread.class);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(look -> {
        Thread thread = new Thread(look, "relaycontrol-reload");
        thread.setDaemon(true);
        return thread;
    });

    /** Nothing to look at yet. */
    @Inject
    public ReloadThread() {
    }

    /** Takes this look again and again, until James ends. */
    void repeat(Runnable look) {
        // It ends with the thread alone, so nobody needs to hear of it.
        Future<?> unused = executor.scheduleWithFixedDelay(() -> {
            try {
                look.run();
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                LOGGER.error("Looking for changes of the relay policy failed, it goes on", e);
            }
        }, FileWatch.LOOK.toMillis(), FileWatch.LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }
}
