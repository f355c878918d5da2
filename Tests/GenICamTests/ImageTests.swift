import Contracts
import Devices
import Pickle
import SimulatedGigE
import Testing

@testable import GenICam
@testable import SDKCameras

@Suite(.serialized) struct ImageTests {
    /// All that a camera must do.
    @Test(
        arguments: try [
            Maker("genicam") {
                let bench = try Bench()
                let camera = try bench.open()
                _ = try camera.setROI(ROI(left: 0, top: 0, width: 128, height: 64))
                return camera
            }
        ].contractCases
    )
    func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }

    @Test func triggeredImagesShowTheirPlaceOnTheSensor() throws {
        let bench = try Bench()
        let camera = try bench.open()
        try camera.ready()
        for count in 0..<3 {
            let image = try camera.triggeredImage()
            #expect((image.width, image.height) == (64, 48))
            #expect(image[0, 0] == count)
            #expect(image[5, 6] == SimulatedImage.light(64 + 5, 32 + 6) >> 2)
        }
        try camera.shutdown()
    }

    /// Every format that a simulated camera has, unpacked and without padding.
    @Test(arguments: ["sfnc", "classic", "color", "rich"], [0, 5])
    func pixelsOfAllFormatsAreRight(model: String, padding: Int) throws {
        let bench = try Bench(model)
        let camera = try bench.open()
        try camera.setting("LinePadding").set(.int(padding))
        for format in bench.simulation.model.formats {
            try camera.setting("PixelFormat").set(.int(Int(format.rawValue)))
            try camera.ready()
            let image = try camera.triggeredImage()
            #expect(
                image.dtype
                    == (format.bits > 8 && !format.name.hasPrefix("YUV") && !format.name.hasSuffix("8")
                        ? .uint16 : .uint8)
            )
            for (x, y) in [(1, 0), (63, 0), (5, 6), (62, 47), (63, 47)] {
                let light = SimulatedImage.light(64 + x, 32 + y)
                #expect(image[x, y] == SimulatedImage.value(light, format), "\(format.name) \(x) \(y)")
            }
            try camera.disable()
        }
        try camera.shutdown()
    }

    @Test func numbersBeginAgainWithoutALoss() throws {
        let bench = try Bench()
        let camera = try bench.open()
        try camera.setting("AcquisitionFrameRate").set(.float(1000))
        try camera.ready(.freeRun)
        // The first number is 65400, and 0 is left out.
        for _ in 0..<200 { _ = try camera.image() }
        #expect(camera.acquisition.lost == 0)
        try camera.shutdown()
    }

    @Test func timesAreThoseOfTheCamera() throws {
        let bench = try Bench()
        let camera = try bench.open()
        try camera.ready()
        let before = Timestamp.now
        try camera.trigger()
        let (_, time) = try camera.datum()
        #expect(time > before && time < Timestamp.now)
        try camera.shutdown()
    }

    @Test func areasAreRoundedToTheStepsOfTheCamera() throws {
        let bench = try Bench()
        let camera = try bench.open()
        // Offsets in steps of 4, widths in steps of 8; offsets of 2 rows.
        #expect(try !camera.setROI(ROI(left: 101, top: 33, width: 50, height: 21)))
        #expect(try camera.roi == ROI(left: 100, top: 32, width: 56, height: 22))
        #expect(try camera.setROI(ROI(left: 2040, top: 0, width: 8, height: 2)) == false)
        #expect(try camera.roi == ROI(left: 2032, top: 0, width: 16, height: 2))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 512, height: 512)))
        #expect(try camera.setBinning(Binning(h: 2, v: 2)))
        #expect(try camera.roi == ROI(left: 0, top: 0, width: 512, height: 512))
        try camera.ready()
        #expect(try camera.roi == ROI(left: 64, top: 32, width: 64, height: 48))
        let image = try camera.triggeredImage()
        #expect((image.width, image.height) == (32, 24))
        #expect(image[5, 6] == SimulatedImage.light(64 + 10, 32 + 12) >> 2)
        #expect(throws: DeviceError.self) { try camera.setBinning(Binning(h: 8, v: 8)) }
        #expect(try camera.binning == Binning(h: 2, v: 2))
        try camera.shutdown()
    }

    @Test func aLineStartsImages() throws {
        let bench = try Bench()
        let camera = try bench.open()
        try camera.ready(GenICamTrigger(type: .fallingEdge, mode: .once))
        #expect(try camera.triggerType == .fallingEdge)
        bench.simulation.signal(line: 2)
        bench.simulation.signal(line: 1)
        #expect(try camera.image()[0, 0] == 0)
        #expect(bench.simulation.register(0x308) == 1)
        let line2 = 2
        try camera.setting("trigger line").set(.int(line2))
        bench.simulation.signal(line: 2)
        #expect(try camera.image().width == 64)
        #expect(throws: DeviceError.self) { try camera.setTrigger(.risingEdge, .bulb) }
        try camera.shutdown()
    }

    @Test(arguments: [(0, 0...10, 3, 0), (4, 0...10, 3, 3), (5, 0...10, 3, 6), (11, 0...10, 3, 9), (7, 2...20, 5, 7)])
    func wholeNumbersAreRounded(value: Int, limits: ClosedRange<Int>, step: Int, expected: Int) {
        #expect(Increment.nearest(to: value, limits, step) == expected)
        #expect(
            Increment.nearest(to: Double(value), Double(limits.lowerBound)...Double(limits.upperBound), Double(step))
                == Double(expected)
        )
    }

    @Test func unlimitedNumbersAreLeftAlone() {
        #expect(Increment.nearest(to: Int.max, Int.min...Int.max, 2) == Int.max)
        #expect(Increment.nearest(to: 3.5, -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, 0) == 3.5)
    }
}
