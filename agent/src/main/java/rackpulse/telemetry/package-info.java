/// The vocabulary: what the agent can say about the rack.
///
/// Glossary, one word per concept everywhere in the program:
///
/// - **bus**: one wire or connection on which devices hang, owned by one thread.
/// - **device**: one addressed part on a bus, named by the operator.
/// - **part**: the make and model of a device, described by one profile file.
/// - **profile**: what a part is: where its values lie and how bytes become values.
/// - **channel**: one value of a device, with one quantity and so one unit.
/// - **reading**: a value that was acquired, always finite.
/// - **gap**: a value that could not be acquired, with its cause; never silence.
/// - **loss**: readings that were taken and will not be delivered.
/// - **anomaly**: something abnormal, from raised to cleared.
@NullMarked
package rackpulse.telemetry;

import org.jspecify.annotations.NullMarked;
