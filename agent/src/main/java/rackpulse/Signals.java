package rackpulse;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.tinylog.Logger;

/// The signals that an operator or systemd sends.
///
/// `sun.misc.Signal` is the one way to end with exit code 0 on SIGTERM: shutdown hooks alone exit
/// with 143. It is looked up by name, so that compiling against it costs no warning.
final class Signals {
  private Signals() {}

  /// Has `action` called, by a thread of its own, whenever the signal `name` (`TERM`, `HUP`) comes.
  /// Where signals cannot be handled, that is logged and the default action stays.
  static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, _) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      Throwable cause = e instanceof InvocationTargetException target ? target.getCause() : e;
      Logger.warn("cannot handle SIG{}: {}", name, String.valueOf(cause));
    }
  }
}
