import MicroscopeServer

/// What is at the wheel's positions.
let filters = ["Red", "Green", "Blue"]

/// Two cameras that look at the same thing, with the same exposure.
///
/// Called in the process that serves them, and again in the one that takes its place should it crash.
func eyes(_ context: DriverContext) throws -> (SimulatedCamera, SimulatedCamera) {
    let shape = SensorShape(width: 320, height: 240)
    let (left, right) = (SimulatedCamera(.init(sensorShape: shape)), SimulatedCamera(.init(sensorShape: shape)))
    for camera in [left, right] { camera.setExposureTime(0.01) }
    try right.setSetting("image pattern", to: "gradient")
    context.log.info("both eyes are open")
    return (left, right)
}
