package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which changes of files are seen, and when they are worth loading.
 */
class FileWatchTest {

    private static final String POLICY = "<relaycontrol><routing><domains file='%s' action='relay'/></routing><policy/></relaycontrol>\n";

    @TempDir
    private Path folder;
    private Path file;
    private Path list;
    private long nanos;
    private FileWatch watch;

    @BeforeEach
    void watchPolicy() throws Exception {
        file = Files.writeString(folder.resolve("relaycontrol.xml"), String.format(POLICY, "relay.txt"));
        list = Files.writeString(folder.resolve("relay.txt"), "one.example\ntwo.example\n");
        watch = new FileWatch(PolicyLoader.load(file).files(), () -> nanos);
    }

    private FilesRead load() throws PolicyException {
        return PolicyLoader.load(file).files();
    }

    /** Looks after some time. */
    private void lookAfter(Duration time) {
        nanos += time.toNanos();
        watch.look();
    }

    private boolean isWorthLoading() {
        return watch.isChanged() && watch.isSettled(Set.of());
    }

    private void lookUntilSettled() {
        lookAfter(FileWatch.LOOK);
        assertThat(isWorthLoading()).isFalse();
        lookAfter(FileWatch.LOOK);
        assertThat(isWorthLoading()).isFalse();
        lookAfter(FileWatch.LOOK);
    }

    @Test
    void shouldSeeNoChangeWhereNothingChanges() {
        lookUntilSettled();

        assertThat(watch.isChanged()).isFalse();
    }

    @Test
    void shouldSeeWritingInPlace() throws IOException {
        Files.writeString(list, "one.example\n");
        lookUntilSettled();

        assertThat(isWorthLoading()).isTrue();
    }

    @Test
    void shouldSeeRenaming() throws IOException {
        Files.move(Files.writeString(folder.resolve("new"), "one.example\n"), list, StandardCopyOption.ATOMIC_MOVE);
        lookUntilSettled();

        assertThat(isWorthLoading()).isTrue();
    }

    @Test
    void shouldSeeDeletion() throws IOException {
        Files.delete(list);
        lookUntilSettled();

        assertThat(isWorthLoading()).isTrue();
    }

    /** Kubernetes: each file of a ConfigMap is a link by way of the link {@code ..data}, which is turned by renaming. */
    @Test
    void shouldSeeTheTurningOfASymbolicLink() throws Exception {
        Path conf = Files.createDirectory(folder.resolve("conf"));
        for (String version : new String[] {"..1", "..2"}) {
            Path data = Files.createDirectory(conf.resolve(version));
            Files.writeString(data.resolve("relaycontrol.xml"),
                "<relaycontrol><policy name='v" + version.charAt(2) + "'/></relaycontrol>\n");
        }
        Files.createSymbolicLink(conf.resolve("..data"), Path.of("..1"));
        file = Files.createSymbolicLink(conf.resolve("relaycontrol.xml"), Path.of("..data/relaycontrol.xml"));
        watch = new FileWatch(load(), () -> nanos);

        Files.createSymbolicLink(conf.resolve("..data_tmp"), Path.of("..2"));
        Files.move(conf.resolve("..data_tmp"), conf.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        lookUntilSettled();

        assertThat(isWorthLoading()).isTrue();
    }

    @Test
    void shouldSeeAChangeThatLeavesSizeAndTimeAsTheyWere() throws IOException {
        FileTime modified = Files.getLastModifiedTime(list);
        Files.writeString(list, "one.example\nsix.example\n");
        Files.setLastModifiedTime(list, modified);
        // On a file system with coarse times only reading it tells, at every fourth look.
        for (int i = 0; i < 4; i++) {
            lookAfter(FileWatch.LOOK);
        }
        lookAfter(FileWatch.SETTLE);

        assertThat(isWorthLoading()).isTrue();
    }

    @Test
    void shouldNotTakeANewTimeForAChange() throws IOException {
        Files.setLastModifiedTime(list, FileTime.fromMillis(0));
        lookUntilSettled();

        assertThat(watch.isChanged()).isFalse();
    }

    @Test
    void shouldForgetAChangeThatIsTakenBack() throws IOException {
        String before = Files.readString(list);
        Files.writeString(list, "one.example\n");
        lookAfter(FileWatch.LOOK);
        Files.writeString(list, before);
        lookUntilSettled();

        assertThat(watch.isChanged()).isFalse();
    }

    @Test
    void shouldWaitAsLongAsAFileGrows() throws IOException {
        for (int i = 0; i < 20; i++) {
            Files.writeString(list, "one.example\n".repeat(i));
            lookAfter(FileWatch.LOOK);

            assertThat(isWorthLoading()).isFalse();
        }
        lookAfter(FileWatch.SETTLE);
        assertThat(isWorthLoading()).isTrue();
    }

    @Test
    void shouldWaitWhileAnotherFileIsWritten() throws IOException {
        Files.writeString(file, String.format(POLICY, "relay.txt").replace("/>", " />"));
        lookAfter(FileWatch.LOOK);
        Files.writeString(list, "one.example\n");
        lookAfter(FileWatch.SETTLE);
        assertThat(isWorthLoading()).isFalse();

        lookAfter(FileWatch.SETTLE);
        assertThat(isWorthLoading()).isTrue();
    }

    @Test
    void shouldWaitLongerForAFileThatEndsWithinALine() throws IOException {
        Files.writeString(list, "one.example\ntwo.exam");
        lookAfter(FileWatch.LOOK);
        lookAfter(FileWatch.SETTLE);
        assertThat(isWorthLoading()).isFalse();

        lookAfter(FileWatch.SETTLE_WITHIN_LINE.minus(FileWatch.SETTLE));
        assertThat(isWorthLoading()).isTrue();
    }

    @Test
    void shouldNotWaitForAFileThatWasReplacedWhole() throws IOException {
        Files.writeString(list, "one.example\n");
        lookAfter(FileWatch.LOOK);

        assertThat(watch.isSettled(Set.of())).isFalse();
        assertThat(watch.isSettled(Set.of(list))).isTrue();
        assertThat(watch.isSettled(Set.of(file))).isFalse();
    }

    @Test
    void shouldConfirmALoadOfWhatWasSeen() throws Exception {
        Files.writeString(list, "one.example\n");
        lookUntilSettled();

        assertThat(watch.confirm(load())).isTrue();
        assertThat(watch.isChanged()).isFalse();
    }

    @Test
    void shouldNotConfirmALoadOfWhatWasWrittenMeanwhile() throws Exception {
        Files.writeString(list, "one.example\n");
        lookUntilSettled();
        Files.writeString(list, "one.example\ntwo.exam");

        assertThat(watch.confirm(load())).isFalse();
        lookAfter(FileWatch.LOOK);
        assertThat(isWorthLoading()).isFalse();
    }

    @Test
    void shouldLetAFileSettleThatIsNamedForTheFirstTime() throws Exception {
        Path other = Files.writeString(folder.resolve("other.txt"), "one.example\n");
        Files.writeString(file, String.format(POLICY, "other.txt"));
        lookUntilSettled();
        assertThat(isWorthLoading()).isTrue();

        assertThat(watch.confirm(load())).isFalse();
        Files.writeString(other, "one.example\ntwo.example\n");
        lookAfter(FileWatch.SETTLE);
        assertThat(isWorthLoading()).isFalse();
        lookAfter(FileWatch.SETTLE);
        assertThat(isWorthLoading()).isTrue();
        assertThat(watch.confirm(load())).isTrue();
    }

    @Test
    void shouldNotLookAtAFileThatIsNamedNoMore() throws Exception {
        Files.writeString(file, "<relaycontrol><policy/></relaycontrol>\n");
        lookUntilSettled();
        assertThat(watch.confirm(load())).isTrue();
        Files.writeString(list, "");
        lookUntilSettled();

        assertThat(watch.isChanged()).isFalse();
    }

    @Test
    void shouldSeeThatAPasswordChanges() throws Exception {
        Files.writeString(file, "<relaycontrol><nextHops><nextHop name='isp' hosts='isp.example' username='u' passwordFile='password'/>"
            + "</nextHops><policy/></relaycontrol>\n");
        Path password = Files.writeString(folder.resolve("password"), "secret");
        watch = new FileWatch(load(), () -> nanos);

        Files.writeString(password, "other");
        lookUntilSettled();
        assertThat(isWorthLoading()).isTrue();
    }
}
