import MicroscopeServer

/// The filters in the wheel.
let filters = ["Red", "Green", "Blue"]

/// Opens two cameras that view the same specimen with the same exposure.
///
/// It is called in the process that serves them, and again after a crash.
func eyes(_ context: DriverContext) throws -> (SimulatedCamera, SimulatedCamera) {
    let shape = SensorShape(width: 320, height: 240)
    let (left, right) = (SimulatedCamera(.init(sensorShape: shape)), SimulatedCamera(.init(sensorShape: shape)))
    for camera in [left, right] { camera.setExposureTime(0.01) }
    try right.setSetting("image pattern", to: "gradient")
    context.log.info("both eyes are open")
    return (left, right)
}
