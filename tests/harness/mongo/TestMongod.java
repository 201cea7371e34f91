import de.bwaldvogel.mongo.*;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.lang.reflect.*;
import java.nio.file.*;
import java.util.*;

/** A server that speaks like MongoDB 4.4, for tests: in memory, or with `--dbpath` on disk. It ends with its parent. */
class TestMongod {
  public static void main(String[] args) throws Exception {
    var flags = new HashMap<String, String>();
    for (int i = 0; i + 1 < args.length; i++) flags.put(args[i], args[i + 1]);
    var path = flags.get("--dbpath");
    var disk = path == null ? null : new H2Backend(Files.createDirectories(Path.of(path)) + "/data.mv");
    MongoBackend backend = disk == null ? new MemoryBackend() : disk;
    backend.version(new MongoVersion() { // the library stops at wire version 8
      public List<Integer> getVersionArray() { return List.of(4, 4, 0); }
      public int getWireVersion() { return 9; }
    });
    InvocationHandler handler = (proxy, method, a) -> {
      synchronized (backend) { // else two callers get the same counter
        try {
          if (!method.getName().equals("handleMessage")) return method.invoke(backend, a);
          var m = (MongoMessage) a[0];
          var command = m.getDocument().keySet().iterator().next();
          var reply = backend.handleCommand(m.getChannel(), m.getDatabaseName(),
              command.equals("hello") ? "ismaster" : command, m.getDocument());
          if (reply.containsKey("ismaster")) reply.put("isWritablePrimary", true);
          if (disk != null) disk.commit(); // acknowledged survives kill -9
          return reply.cloneDeeply(); // later writes must not change it
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    };
    var server = new MongoServer((MongoBackend) Proxy.newProxyInstance(
        TestMongod.class.getClassLoader(), new Class<?>[] {MongoBackend.class}, handler));
    server.bind("127.0.0.1", Integer.parseInt(flags.getOrDefault("--port", "0")));
    System.out.println("waiting for connections on port " + server.getLocalAddress().getPort());
    while (System.in.read() >= 0);
    Runtime.getRuntime().halt(0);
  }
}
