import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;

/**
 * One OpenSearch node in this process, with plugins from the class path. The arguments are settings, such as
 * {@code http.port=9201}; several values of one setting are separated by commas. With the system property
 * {@code parent}, a process id, the node ends when that process ends.
 */
public final class SearchNode extends Node {
    private SearchNode(Environment environment) {
        super(environment, Plugins.all(), true);
    }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Path config = Path.of(settings.get("path.home"), "config");
        Files.createDirectories(config);
        SearchNode node = new SearchNode(new Environment(settings.build(), config));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
            ended.countDown();
        }));
        Long parent = Long.getLong("parent");
        if (parent != null) {
            ProcessHandle.of(parent).ifPresentOrElse(
                process -> process.onExit().thenRun(() -> Runtime.getRuntime().halt(0)),
                () -> Runtime.getRuntime().halt(0));
        }
        node.start();
        ended.await();
    }
}
