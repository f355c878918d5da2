/// A device whose outputs let the light of others out: a laser shines while what is wired to its TTL input is high.
///
/// Wherever light is to be off it is disabled as light sources are: ``Device/disable()`` throws unless no light comes by
/// its outputs any more.
public protocol LightGate: Device {}
