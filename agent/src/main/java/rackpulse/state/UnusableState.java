package rackpulse.state;

/// Saved state that must not be used: damaged, of another version, or made with other constants.
///
/// The message says why in words for an operator; the remedy is always to learn anew.
public final class UnusableState extends Exception {
  private static final long serialVersionUID = 1;

  /// @param message what is wrong, such as `the state of edge-ls was made with other constants`
  public UnusableState(String message) {
    super(message);
  }
}
