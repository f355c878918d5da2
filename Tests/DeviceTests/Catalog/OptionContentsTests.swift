import Devices
import Testing

/// The references and errors found in options that a program makes.
struct OptionContentsTests {
    private struct Inner: Decodable, Sendable {
        var stage: PartOption<PartStage>
    }

    private struct Options: Decodable, Sendable {
        var camera: PartOption<PartCamera>?
        var inner: [Inner]
        var byName: NamedOptions<Inner>
        var shape: SensorShape?
        var count = 3
    }

    private final class Circle {
        var other: Circle?
        let shape = SensorShape(width: 0, height: 0)
    }

    @Test func referencesAreFoundWhereverTheyAre() {
        let options = Options(
            camera: "Camera",
            inner: [Inner(stage: "PYRO:Stage@other:1"), Inner(stage: "Second")],
            byName: ["left": Inner(stage: "Third")]
        )
        let references = OptionContents(options).references
        #expect(
            references.map(\.device)
                == [.named("Camera"), .at("PYRO:Stage@other:1"), .named("Second"), .named("Third")]
        )
        #expect(references.map(\.kind) == [.camera, .stage, .stage, .stage])
        #expect(
            references.map(\.path)
                == [["camera"], ["inner", "stage"], ["inner", "stage"], ["byName", "left", "stage"]]
        )
    }

    @Test func whatIsLeftOutIsNotThere() {
        #expect(OptionContents(Options(inner: [], byName: [:])).references.isEmpty)
        let nothing: Options? = nil
        let contents = OptionContents(nothing as Any)
        #expect(contents.references.isEmpty && contents.flaws.isEmpty)
    }

    @Test func valuesThatMakeNoSenseAreFoundOnce() {
        let flaws = OptionContents(Options(inner: [], byName: [:], shape: SensorShape(width: 1 << 20, height: 5))).flaws
        #expect(flaws.count == 1)
        #expect(flaws.first?.path == ["shape"])
        #expect(flaws.first?.claim == "must be at most 65536 pixels on each side")
    }

    @Test func objectsAreNotLookedInto() {
        let circle = Circle()
        circle.other = circle
        #expect(OptionContents(circle).flaws.isEmpty)
        circle.other = nil
    }

    @Test func partsOfOtherDriversOptionsAreFound() {
        let driver = Driver("camera", "works with a stage") { (_: Inner, _) -> PartCamera in
            throw DeviceError(.failed, "not opened")
        }
        let nested = NestedDriver(driver, Inner(stage: "Stage"))
        #expect(nested.driver.references == [.named("Stage")])
        #expect(OptionContents([nested]).references.map(\.device) == [.named("Stage")])
    }
}
