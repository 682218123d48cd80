package rackpulse.remote;

import java.util.function.Consumer;
import rackpulse.json.JsonWriter;

/// What the agent does when it is asked.
public interface Deeds {
  /// Begins to do what is asked and returns soon; any thread may tell `reply` how it ended.
  void perform(Request request, Reply reply);

  /// How it ended; only what is told first counts. The words are for an operator.
  interface Reply {
    /// It was done.
    ///
    /// @param members writes what there is to tell into the open object; called by another thread
    void done(Consumer<JsonWriter> members);

    /// There is nothing of that name.
    void notFound(String text);

    /// Others wait already.
    void busy(String text);

    /// It was tried in vain.
    void failed(String text);
  }
}
