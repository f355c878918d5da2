internal import Devices
internal import Server

/// A device that only a vendor's library can tell of: an Andor camera.
public struct SurveyedDevice: Sendable, Hashable {
    public let driver: String
    /// Its serial number; nil if another program has it, which leaves nothing to be asked.
    public let uid: String?
    public let model: String?
    public let firmware: String?
    /// Who has it; nil if it is free.
    public let holder: String?
}

/// What a vendor's library tells, asked device by device.
///
/// Free ones are opened for a moment, since nothing else tells which they are; held ones cannot be, and are not touched.
public struct Survey: Sendable {
    public let devices: [SurveyedDevice]
    /// Why nothing can be told, or not of every device.
    public let problems: [String]

    /// - Parameter served: what servers hold, which is not looked for among those that no one can name.
    init(_ driver: any ConfigurableDriver, served: [ServedDevice], _ context: DriverContext = DriverContext()) {
        let served = served.filter { $0.driver == driver.name && !$0.isSimulated && $0.isServed }
        var devices = served.map { device in
            SurveyedDevice(
                driver: driver.name,
                uid: device.uid,
                model: nil,
                firmware: nil,
                holder: "device-server\(device.pid.map { " (process \($0))" } ?? ""), as \(device.name)"
            )
        }
        guard let candidates = driver.candidates else {
            (self.devices, problems) = (devices, [])
            return
        }
        var sweep = CandidateSweep(candidates, context)
        var problems: [String] = []
        do {
            while let claim = try sweep.next() {
                defer { claim.release() }
                devices.append(
                    SurveyedDevice(
                        driver: driver.name,
                        uid: claim.uid,
                        model: claim.details["model"],
                        firmware: claim.details["firmware"],
                        holder: nil
                    )
                )
            }
        } catch let error as DeviceError where error.kind == .library {
            // The doctor tells it at length where it matters: with a camera on USB, or one in a configuration.
            problems.append("\(driver.name): without the vendor's library none of its devices is found.")
        } catch { problems.append("\(driver.name): \(error)") }
        let unnamed = max(0, sweep.report.held - served.count)
        devices += (0..<unnamed).map { _ in
            SurveyedDevice(driver: driver.name, uid: nil, model: nil, firmware: nil, holder: "another program")
        }
        self.devices = devices
        self.problems = problems + sweep.report.failures.map { "\(driver.name): \($0)" }
    }
}
