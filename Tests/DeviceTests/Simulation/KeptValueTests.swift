import Glibc
import Platform
import Testing

@testable import Devices

/// A device with a property of every kind that simulations have.
private struct Instrument: Codable, Equatable {
    enum Mode: Codable, Equatable {
        case off
        case pulses(count: Int, Duration)
    }

    enum Word: String, Codable { case gabby, quiet }

    struct Part: Codable, Equatable { var place = 0.0 }

    var power = 0.5
    var isOn = false
    var serial = "A-1"
    var level: UInt64 = 3
    var sign: Int8 = -4
    var note: String?
    var switchedOnAt: ContinuousClock.Instant? = .now
    var delay = Duration.seconds(5)
    var mode = Mode.off
    var word = Word.gabby
    var range = 0.0...2.0
    var pending: [UInt8] = []
    var parts = ["x": Part(), "y": Part()]
    var slots = [1: Part(), 2: Part()]
    var channels: Set<Int> = [1, 2, 3, 4, 5, 6, 7]
    var words: Set<String> = ["a", "b", "c", "d", "e"]
}

@Suite struct KeptValueTests {
    /// A folder for one test.
    private final class Folder {
        let path: String

        init() throws {
            var template = Array("/tmp/kept-XXXXXX".utf8CString)
            try #require(unsafe mkdtemp(&template) != nil)
            path = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        }

        deinit {
            for name in FileSystem.names(in: path) { _ = unsafe unlink("\(path)/\(name)") }
            _ = unsafe rmdir(path)
        }
    }

    private func changed() -> Instrument {
        var value = Instrument()
        (value.power, value.isOn, value.serial, value.level, value.sign) = (0.1 + 0.2, true, "ä\r\n", .max, .min)
        (value.note, value.mode, value.word) = ("a note", .pulses(count: 7, .milliseconds(3)), .quiet)
        (value.range, value.pending, value.delay) = (1.5...8, [0, 13, 255], .zero)
        value.parts["z"] = .init(place: -1e300)
        value.slots[9] = .init(place: 2)
        (value.channels, value.words) = ([9], [])
        return value
    }

    @Test func aValueIsFoundAsItWasLeft() throws {
        let folder = try Folder()
        let first = KeptValue("Laser", Instrument(), folder: folder.path)
        #expect(first.found == nil)
        for value in [Instrument(), changed()] {
            first.store(value)
            #expect(KeptValue("Laser", Instrument(), folder: folder.path).found == value)
        }
        #expect(KeptValue("Other", Instrument(), folder: folder.path).found == nil)
    }

    /// The times of a device that has just been switched on are those of its start.
    @Test func aDeviceOfOtherOptionsIsANewOne() throws {
        let folder = try Folder()
        KeptValue("Laser", Instrument(), folder: folder.path).store(changed())
        var later = Instrument()
        later.switchedOnAt = .now + .seconds(3)
        #expect(KeptValue("Laser", later, folder: folder.path).found?.serial == changed().serial)
        var other = Instrument()
        other.slots[3] = .init()
        #expect(KeptValue("Laser", other, folder: folder.path).found == nil)
    }

    @Test func aDamagedFileIsNotUsed() throws {
        let folder = try Folder()
        KeptValue("Laser", Instrument(), folder: folder.path).store(changed())
        let path = "\(folder.path)/Laser"
        for size in [4100, 24, 3, 0] {
            #expect(unsafe truncate(path, size) == 0)
            #expect(KeptValue("Laser", Instrument(), folder: folder.path).found == nil)
        }
    }

    @Test func withoutAServerNothingIsKept() {
        KeptValue("", Instrument(), folder: "/nowhere").store(changed())
        KeptValue("Laser", Instrument(), folder: "/nowhere").store(changed())
        KeptValue("Laser", Instrument(), folder: nil).store(changed())
    }
}
