import Devices
import Foundation
import Testing

@testable import Composites

struct CalibrationFileTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).txt").path

    private func calibration() throws -> HalfCalibration {
        let coefficients = (0..<10).map { 100 / Double(3 + $0) }
        let made = Mapping(width: 256, height: 256, degree: 3, x: coefficients, y: coefficients.reversed())
        let mapping = try #require(made)
        return try #require(
            HalfCalibration(
                sensor: SensorShape(width: 512, height: 256),
                layout: HalfLayout(transmitted: .right, mirror: .both),
                mapping: mapping,
                error: 0.0123
            )
        )
    }

    @Test func comesBackToTheLastBit() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = CalibrationFile(path: path)
        #expect(try file.read() == nil)
        try file.write(calibration())
        #expect(try file.read() == calibration())
        // Replaces the existing file and leaves nothing beside it.
        try file.write(calibration())
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    }

    @Test func anyDamageIsReported() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = try calibration().text
        let changes: [(String, String, String)] = [
            ("clarity-calibration 1", "something else", "does not begin with"),
            ("sensor 512 256", "sensor 511 256", "line 'sensor'"),
            ("sensor 512 256", "sensor 99999999999 256", "line 'sensor'"),
            ("sensor 512 256", "", "no line 'sensor'"),
            ("mirror both", "mirror sideways", "the mirroring of the other one"),
            ("degree 3", "degree 2", "does not fit the degree"),
            ("degree 3", "degree 1e300", "not a usable number"),
            ("error 0.0123", "error nan", "line 'error'"),
            ("x 33", "x inf 33", "line 'x'"),
        ]
        for (old, new, message) in changes {
            let changed = text.replacingOccurrences(of: old, with: new)
            #expect(changed != text)
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            #expect { try CalibrationFile(path: path).read() } throws: { error in
                "\(error)".contains("the calibration file \(path) is not valid: ") && "\(error)".contains(message)
            }
        }
        for length in stride(from: 0, to: text.utf8.count - 12, by: 7) {
            try String(text.prefix(length)).write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: DeviceError.self) { try CalibrationFile(path: path).read() }
        }
    }

    @Test func placesThatCannotBeWrittenAreNamed() throws {
        let file = CalibrationFile(path: "/nowhere/calibration")
        #expect { try file.write(calibration()) } throws: {
            "\($0)".contains("/nowhere/calibration cannot be written: No such")
        }
        #expect(throws: DeviceError.self) { try CalibrationFile(path: "/usr").read() }
    }
}
