import Devices
import Glibc
import Testing

@testable import AndorSDK3

/// The answers of the real library without cameras, checked on the simulated library and, where `ANDOR_SDK3_LIBRARY`
/// names one, on a real one.
@Suite(.serialized) struct BlackBoxTests {
    /// The path of the library under test; nil for the simulated one.
    static let libraries: [String?] = {
        guard let real = unsafe getenv("ANDOR_SDK3_LIBRARY") else { return [nil] }
        return [nil, unsafe String(cString: real)]
    }()

    /// An initialised library; of the simulated one a copy of its own.
    private func library(_ path: String?) throws -> (RawLibrary, World?) {
        let world = try path == nil ? World("") : nil
        return (try RawLibrary(path ?? world?.library ?? ""), world)
    }

    private func started(_ path: String?, _ body: (RawLibrary) throws -> Void) throws {
        let (library, world) = try library(path)
        #expect(library.initialise() == 0)
        defer { #expect(library.finalise() == 0) }
        try body(library)
        _ = world
    }

    /// Versions from 3.15 on differ from earlier ones.
    private func isNew(_ library: RawLibrary) -> Bool { library.ask(.implemented, "LogLevel").answer }

    @Test(arguments: libraries) func nothingWorksBeforeTheStart(path: String?) throws {
        let (library, world) = try library(path)
        #expect(library.int("DeviceCount").status == 1)
        #expect(library.open(0).status == 1)
        #expect(library.close(1) == 1)
        #expect(library.finalise() == 0)
        _ = world
    }

    @Test(arguments: libraries) func startsAreCounted(path: String?) throws {
        let (library, world) = try library(path)
        #expect(library.initialise() == 0)
        #expect(library.initialise() == 0)
        #expect(library.finalise() == 0)
        #expect(library.int("DeviceCount").status == 0)
        #expect(library.finalise() == 0)
        #expect(library.int("DeviceCount").status == 1)
        _ = world
    }

    @Test(arguments: libraries) func systemHasItsFeatures(path: String?) throws {
        try started(path) { library in
            #expect(library.int("DeviceCount").status == 0)
            #expect(library.int("DeviceCount").value >= 0)
            #expect(library.intLimits("DeviceCount") == (0, Int64.max))
            #expect(library.setInt("DeviceCount", 1) == 3)
            let version = library.string("SoftwareVersion")
            #expect(version.status == 0)
            #expect(version.text.hasPrefix("3."))
            #expect(library.string("SoftwareVersion", room: 5).status == 0)
            #expect(library.string("SoftwareVersion", room: 5).text == String(version.text.prefix(4)))
            guard isNew(library) else { return }
            #expect(library.stringLimit("SoftwareVersion") == 65)
            #expect(library.ask(.writable, "SoftwareVersion").answer)
            #expect(library.setString("SoftwareVersion", "x") == 3)
        }
    }

    @Test(arguments: libraries) func choicesAreByNumberAndLabel(path: String?) throws {
        try started(path) { library in
            guard isNew(library) else { return }
            #expect(library.choice("LogLevel") == (0, 4))
            #expect(library.choiceCount("LogLevel") == 7)
            let labels = ["NONE", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "VERB"]
            for (index, label) in labels.enumerated() {
                #expect(library.label("LogLevel", Int32(index)) == (0, label))
            }
            #expect(library.setChoice("LogLevel", label: "WARN") == 0)
            #expect(library.choice("LogLevel").index == 3)
            #expect(library.setChoice("LogLevel", 4) == 0)
            for index: Int32 in [-1, 7] {
                #expect(library.setChoice("LogLevel", index) == 6)
                #expect(library.label("LogLevel", index).status == 6)
                #expect(library.isChoiceAvailable("LogLevel", index) == (0, false))
            }
            for label in ["warn", "LOUD"] { #expect(library.setChoice("LogLevel", label: label) == 6) }
        }
    }

    @Test(arguments: libraries) func namesAreMatchedLoosely(path: String?) throws {
        try started(path) { library in
            #expect(library.int("Device Count").status == 0)
            #expect(library.int("devicecount").status == (isNew(library) ? 0 : 2))
        }
    }

    @Test(arguments: libraries) func unknownFeaturesAreNotImplemented(path: String?) throws {
        try started(path) { library in
            #expect(library.ask(.implemented, "Nonsense") == (0, false))
            for question in [RawLibrary.Question.readable, .writable, .readOnly] {
                #expect(library.ask(question, "Nonsense").status == 2)
            }
            #expect(library.int("Nonsense").status == 2)
            #expect(library.float("Nonsense") == 2)
            #expect(library.bool("Nonsense") == 2)
            #expect(library.string("Nonsense").status == 2)
            #expect(library.choice("Nonsense").status == 2)
            #expect(library.command("Nonsense") == 2)
            #expect(library.unregisterUnknown("Nonsense") == 2)
        }
    }

    @Test(arguments: libraries) func gettersOfAnotherTypeAreNotImplemented(path: String?) throws {
        try started(path) { library in
            #expect(library.float("DeviceCount") == 2)
            #expect(library.bool("DeviceCount") == 2)
            #expect(library.string("DeviceCount").status == 2)
            #expect(library.choice("DeviceCount").status == 2)
            #expect(library.int("SoftwareVersion").status == 2)
        }
    }

    @Test(arguments: libraries) func wrongHandlesAreInvalid(path: String?) throws {
        try started(path) { library in
            for handle: Int32 in [0, -1, 1000] {
                #expect(library.int("DeviceCount", handle).status == 12)
                #expect(library.close(handle) == 12)
            }
        }
    }

    @Test(arguments: libraries) func nullPointersHaveCodesOfTheirOwn(path: String?) throws {
        try started(path) { library in
            var expected: [String: Int32] = [
                "feature": 20, "value": 28, "min": 26, "max": 27, "string": 29, "maxlen": 32, "queue": 34, "wait": 35,
                "size": 36, "callback": 33,
            ]
            if isNew(library) { expected.merge(["count": 30, "index": 28, "label": 22]) { $1 } }
            let choice = isNew(library) ? "LogLevel" : nil
            #expect(library.answersToNull("DeviceCount", "SoftwareVersion", choice) == expected)
            #expect(library.openWithoutPlace() == 21)
            let codes = RawLibrary.Question.allCases.map { library.askWithoutPlace($0, "DeviceCount") }
            #expect(codes == [22, 23, 25, 24])
        }
    }

    @Test(arguments: libraries) func systemIsOpenedByIndexMinusOne(path: String?) throws {
        try started(path) { library in
            #expect(library.open(-1) == (0, 1))
            #expect(library.close(1) == 0)
            #expect(library.int("DeviceCount").status == 0)
            // Version 3.5 returns success without a handle.
            let beyond = library.open(Int32(library.int("DeviceCount").value))
            #expect(beyond.status == 6 || beyond.handle == -1)
        }
    }

    @Test(arguments: libraries) func systemHasNoImages(path: String?) throws {
        try started(path) { library in
            #expect(library.queueOnSystem() == 2)
            #expect(library.waitOnSystem() == 2)
            #expect(library.flush(1) == 2)
        }
    }

    @Test(arguments: libraries) func callbacksAreCalledAtOnceAndForEachChange(path: String?) throws {
        try started(path) { library in
            guard isNew(library) else { return }
            // The value stays the same, which counts as a change.
            let counts = library.callsOfCallbacks("LogLevel") { _ = library.setChoice("LogLevel", 4) }
            #expect(counts == [1, 2, 4, 4, 5, 5])
            #expect(library.unregisterUnknown("LogLevel") == 0)
        }
    }
}
