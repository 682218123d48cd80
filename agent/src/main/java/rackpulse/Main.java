package rackpulse;

/// Starts the agent.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    String version = Main.class.getPackage().getImplementationVersion();
    System.out.println("rackpulse " + (version == null ? "(not packaged)" : version));
  }
}
