import java.util.List;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/** The plugins of a node of OpenSearch 2, from the class path. */
final class Plugins {
    private Plugins() {}

    static List<Class<? extends Plugin>> all() {
        return List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, ReindexPlugin.class);
    }
}
