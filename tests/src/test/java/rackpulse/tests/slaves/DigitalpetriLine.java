package rackpulse.tests.slaves;

import com.digitalpetri.modbus.ModbusRtuFrame;
import com.digitalpetri.modbus.ModbusRtuRequestFrameParser;
import com.digitalpetri.modbus.ModbusRtuRequestFrameParser.Accumulated;
import com.digitalpetri.modbus.ModbusRtuRequestFrameParser.ParseError;
import com.digitalpetri.modbus.ModbusRtuRequestFrameParser.ParserState;
import com.digitalpetri.modbus.exceptions.UnknownUnitIdException;
import com.digitalpetri.modbus.server.ModbusRequestContext.ModbusRtuRequestContext;
import com.digitalpetri.modbus.server.ModbusRtuServerTransport;
import com.digitalpetri.modbus.server.ModbusServerTransport.FrameReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A pseudo-terminal as digitalpetri's server wants a serial line to be; its own needs a JNI
/// library.
final class DigitalpetriLine implements ModbusRtuServerTransport {
  private final Path tty;
  private final ModbusRtuRequestFrameParser parser = new ModbusRtuRequestFrameParser();
  private volatile @Nullable TtyStream stream;
  private volatile @Nullable FrameReceiver<ModbusRtuRequestContext, ModbusRtuFrame> receiver;

  DigitalpetriLine(Path tty) {
    this.tty = tty;
  }

  @Override
  public CompletionStage<Void> bind() {
    return CompletableFuture.runAsync(() -> {
      try {
        TtyStream opened = new TtyStream(tty);
        stream = opened;
        Thread.ofPlatform().daemon().name("digitalpetri-rtu").start(() -> serve(opened));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  @Override
  public CompletionStage<Void> unbind() {
    return CompletableFuture.runAsync(() -> {
      try {
        Objects.requireNonNull(stream).close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  @Override
  public void receive(FrameReceiver<ModbusRtuRequestContext, ModbusRtuFrame> receiver) {
    this.receiver = receiver;
  }

  private void serve(TtyStream line) {
    ByteBuffer buffer = ByteBuffer.allocate(256);
    while (line.read(buffer.clear()) >= 0) {
      byte[] bytes = new byte[buffer.flip().remaining()];
      buffer.get(bytes);
      ParserState state = parser.parse(bytes);
      if (state instanceof Accumulated(ModbusRtuFrame request)) {
        parser.reset();
        answer(line, request);
      } else if (state instanceof ParseError) {
        parser.reset();
      }
    }
  }

  private void answer(TtyStream line, ModbusRtuFrame request) {
    try {
      ModbusRtuFrame answer =
          Objects.requireNonNull(receiver).receive(new ModbusRtuRequestContext() {}, request);
      ByteBuffer bytes = ByteBuffer.allocate(256);
      bytes.put((byte) answer.unitId()).put(answer.pdu()).put(answer.crc()).flip();
      byte[] frame = new byte[bytes.remaining()];
      bytes.get(frame);
      line.write(frame);
    } catch (UnknownUnitIdException e) {
      return; // as on a real line: the others stay silent
    } catch (Exception e) {
      throw new IllegalStateException("digitalpetri cannot answer " + request, e);
    }
  }
}
