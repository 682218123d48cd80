/// Frames and their timing, the masters for TCP, RTU, RTU over TCP.
///
/// A frame is an envelope around a body: function code and data, the same in every envelope. RTU
/// puts the unit id before it and a CRC behind it, TCP puts a header before it. Reading order:
/// [Request], [AnswerForm], [MbapParser] and [TcpMaster], [RtuReceiver] and [RtuMaster].
@NullMarked
package rackpulse.modbus;

import org.jspecify.annotations.NullMarked;
