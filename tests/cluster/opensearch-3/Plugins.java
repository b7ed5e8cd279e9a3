import java.util.List;
import java.util.stream.Stream;
import org.opensearch.Version;
import org.opensearch.plugins.PluginInfo;

/** The plugins of a node of OpenSearch 3, from the class path. */
final class Plugins {
    private Plugins() {}

    static List<PluginInfo> all() {
        return Stream.of(
                "org.opensearch.transport.Netty4ModulePlugin",
                "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
                "org.opensearch.index.reindex.ReindexModulePlugin")
            .map(Plugins::described)
            .toList();
    }

    private static PluginInfo described(String name) {
        String java = String.valueOf(Runtime.version().feature());
        return new PluginInfo(name, "from the class path", "1", Version.CURRENT, java, name, null, List.of(), false);
    }
}
