import Devices
import Foundation
import Testing

@testable import Simulators

/// Simulated hardware whose process has died: the next one finds it as it was.
struct HardwareTests {
    private let folder: String

    init() throws {
        folder = "/tmp/hardware-test-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    private func hardware(_ name: String = "Stage/x", _ initial: [Double] = [1, 2, 3]) -> SimulatedHardware {
        SimulatedHardware(name, initial, folder: folder)
    }

    @Test func stateIsFoundAgain() {
        let first = hardware()
        #expect(first.values == [1, 2, 3])
        for step in 1...5 {
            first.values = [Double(step), -0.5, 1e300]
            #expect(hardware().values == [Double(step), -0.5, 1e300])
        }
        #expect(hardware("Stage/y").values == [1, 2, 3])
    }

    @Test func stateOfAnotherSizeIsNotUsed() {
        let first = hardware()
        first.values = [4, 5]
        #expect(first.values == [1, 2, 3])
        first.values = [4, 5, 6]
        #expect(hardware("Stage/x", [7, 8]).values == [7, 8])
        #expect(hardware("Stage/x", [7, 8]).values == [7, 8])
    }

    @Test(arguments: ["", "x", "SIMHW", "../../../etc/passwd", "Ä/ö .."]) func anyNameIsAFileInTheFolder(name: String) {
        let first = hardware(name, [0])
        first.values = [1]
        #expect(hardware(name, [0]).values == (name.isEmpty ? [0] : [1]))
        #expect(!SimulatedHardware.fileName(name).contains { $0 == "/" || $0 == "." })
    }

    @Test func fileThatIsDamagedStartsAfresh() throws {
        for bytes in [[UInt8](), Array(repeating: 0xFF, count: 64), Array(repeating: 0, count: 1000)] {
            let path = "\(folder)/Stage%47x"
            try Data(bytes).write(to: URL(filePath: path))
            #expect(hardware().values == [1, 2, 3])
        }
    }

    @Test func withoutAFolderOrANameStateLastsAsLongAsTheDevice() {
        for hardware in [SimulatedHardware("Stage", [1], folder: nil), SimulatedHardware("", [1], folder: folder)] {
            hardware.values = [2]
            #expect(hardware.values == [2])
        }
        #expect(SimulatedHardware("Stage", [1], folder: "/nowhere").values == [1])
    }
}
