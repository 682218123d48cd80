package rackpulse;

import java.io.IOException;
import java.time.Duration;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.bus.Line;
import rackpulse.bus.Playback.TranscriptI2cBus;
import rackpulse.bus.Playback.TranscriptLine;
import rackpulse.bus.Transcript;
import rackpulse.bus.WireCounters;
import rackpulse.engine.BusOpener.OpenedBus;
import rackpulse.modbus.ModbusBuses;
import rackpulse.modbus.MonotonicClock;
import rackpulse.recorder.Tape;

/// Opens recorded buses.
final class Transcripts {
  /// Silence was recorded as silence; how long it is played does not matter to what it means.
  private static final Duration TIMEOUT = Duration.ofMillis(50);

  private Transcripts() {}

  static OpenedBus open(
      TranscriptSettings settings, MonotonicClock clock, WireCounters counters, Tape tape)
      throws BusException.Down {
    Transcript transcript = read(settings);
    return switch (transcript.kind()) {
      case I2C ->
          new RealBuses.Opened(
              tape.of(new TranscriptI2cBus(transcript, settings.repeat(), counters)),
              Transcripts::nothing);
      case MODBUS_RTU ->
          new RealBuses.Opened(
              ModbusBuses.rtu(line(transcript, settings, clock, tape), TIMEOUT, clock, counters),
              Transcripts::nothing);
      case MODBUS_TCP ->
          new RealBuses.Opened(
              ModbusBuses.tcp(line(transcript, settings, clock, tape), TIMEOUT, clock, counters),
              Transcripts::nothing);
    };
  }

  private static Transcript read(TranscriptSettings settings) throws BusException.Down {
    try {
      return Transcript.read(settings.file());
    } catch (IOException e) {
      // one that is not in form names file and line itself
      String what = e instanceof Transcript.FormatException ? "" : "cannot read ";
      throw new BusException.Down(what + e.getMessage());
    }
  }

  private static Line line(
      Transcript transcript, TranscriptSettings settings, MonotonicClock clock, Tape tape) {
    return tape.of(
        new TranscriptLine(transcript, settings.repeat(), clock::nanoTime), transcript.kind());
  }

  /// The file has been read and closed.
  private static void nothing() {}
}
