package rackpulse.tests.slaves;

import java.io.Closeable;

/// A slave that runs until it is closed.
public interface Slave extends Closeable {}
