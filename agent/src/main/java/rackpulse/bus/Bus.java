package rackpulse.bus;

/// One wire or connection on which devices hang.
public sealed interface Bus permits I2cBus, ModbusBus {}
