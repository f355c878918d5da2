public import Devices
internal import Platform

/// A check of the cable from a digital line to the trigger input of a camera.
///
/// It needs a camera and a digital I/O that are open and disabled, and leaves them disabled and otherwise as they were
/// found.
public struct TriggerCable {
    private let camera: any Camera
    private let lines: any DigitalIO
    private let line: Int
    private static let pulses = 3

    /// - Parameter line: the line at which the cable starts; it is driven only if it is an output already.
    public init(from line: Int, of lines: any DigitalIO, to camera: any Camera) {
        (self.camera, self.lines, self.line) = (camera, lines, line)
    }

    /// Expects an image for each rising edge of the line, and no image otherwise.
    public func findings(patience: Duration = .seconds(30), until interruption: Interruption? = nil) -> Findings {
        Trial.findings(on: camera, and: lines, patience, until: interruption, tryIt)
    }

    private func tryIt(_ trial: Trial) throws {
        guard (0..<max(0, lines.lineCount)).contains(line) else {
            return trial.violate("line \(line) does not exist, lines are 0 to \(lines.lineCount - 1)")
        }
        guard try lines.isOutput(line) else { throw NotTried("line \(line) is not an output") }
        try lines.setLevel(of: line, false)
        do { try camera.setTrigger(.risingEdge, .once) } catch let error as DeviceError where error.kind == .unsupported
        {
            throw NotTried("the camera has no rising-edge trigger")
        }
        try camera.expose(for: 0.001)
        try camera.enable()
        try expectNothing("before the line rose", trial)
        for pulse in 1...Self.pulses {
            try lines.setLevel(of: line, true)
            let image = trial.attempt("no image of rise \(pulse)") { try trial.datum(of: camera) }
            try expectNothing("while the line stayed high, after rise \(pulse)", trial)
            try lines.setLevel(of: line, false)
            try expectNothing("when the line fell, after rise \(pulse)", trial)
            // Further images would not come either.
            guard image != nil else { return }
        }
    }

    private func expectNothing(_ when: String, _ trial: Trial) throws {
        if try camera.dataSource.next(within: camera.silence) != nil { trial.violate("there was an image \(when)") }
    }
}
