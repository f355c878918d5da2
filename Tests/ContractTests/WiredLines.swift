import Devices

/// An output, line 0, with a cable to a camera, and an input, line 1.
final class WiredLines: DigitalIO {
    /// What is at the cable's end.
    enum Plug {
        case inserted, out, inverted, bouncing
    }

    var isEnabled = false
    let lineCount = 2
    let dataSource: any DataSource = Mailbox()
    private(set) var levels = [false, true]
    private let plug: Plug
    private let camera: OddCamera

    init(_ plug: Plug, to camera: OddCamera) { (self.plug, self.camera) = (plug, camera) }

    func abort() {}
    func isOutput(_ line: Int) -> Bool { line == 0 }
    func setOutput(_ line: Int, _ isOutput: Bool) {}
    func level(of line: Int) -> Bool { levels[line] }

    func setLevel(of line: Int, _ level: Bool) throws {
        let rises = level && !levels[line]
        let falls = !level && levels[line]
        levels[line] = level
        switch plug {
        case .inserted: if rises { try camera.performTrigger() }
        case .out: break
        case .inverted: if falls { try camera.performTrigger() }
        case .bouncing:
            for _ in 0..<(rises ? 2 : 0) { try camera.performTrigger() }
        }
    }
}
