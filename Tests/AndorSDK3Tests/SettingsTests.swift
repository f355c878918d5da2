import Contracts
import Devices
import Pickle
import Platform
import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// The settings that clients see, made from the table of features.
struct SettingsTests {
    private func names(_ client: Client) throws -> [String] {
        guard case .dict(let all) = try client.call("get_all_settings") else { throw DeviceError(.failed, "no dict") }
        return all.pairs.compactMap { pair in
            if case .str(let name) = pair.key { name } else { nil }
        }
    }

    @Test func namesInTheTableAreDifferent() {
        #expect(Set(FeatureTable.rows.map(\.name)).count == FeatureTable.rows.count)
        #expect(Set(FeatureTable.rows.map(\.id)).count == FeatureTable.rows.count)
    }

    @Test func onlyFeaturesOfTheModelAreSettings() throws {
        let zyla = try names(Client(try World("camera zyla-4.2 VSC-7").open()))
        #expect(Set(zyla).isSuperset(of: ["roi", "simple_pre_amp_gain_control", "aoi_hbin", "metadata_enable"]))
        #expect(!zyla.contains("gain_mode"))
        #expect(!zyla.contains("target_sensor_temperature"))
        #expect(zyla.contains("microcode_version") && !zyla.contains("device_video_index"))
        let sona = try names(Client(try World("camera sona VSC-7").open()))
        #expect(Set(sona).isSuperset(of: ["gain_mode", "target_sensor_temperature", "frame_gen_mode"]))
        #expect(!sona.contains("simple_pre_amp_gain_control"))
        let simCam = try names(Client(try World("camera simcam SIMU-1").open(0, .init(model: "SIMCAM"))))
        #expect(simCam.contains("pre_amp_gain"))
        #expect(Set(simCam).isDisjoint(with: ["aoi_stride", "bit_depth", "metadata_enable", "overlap"]))
    }

    @Test(arguments: AndorCameraTests.models) func allCanBeReadAndDescribed(model: String) throws {
        let client = Client(try World("camera \(model) VSC-7").open())
        guard
            case .list(let rows) = try client.call("describe_settings"),
            case .dict(let all) = try client.call("get_all_settings")
        else { throw DeviceError(.failed, "no settings") }
        #expect(rows.count > 50)
        // The number of images has no meaning in continuous mode.
        #expect(all.pairs.filter { $0.value == .none }.map(\.key) == ["frame_count"])
    }

    @Test func limitsAreAskedForAnew() throws {
        let camera = try World("area strict\ncamera zyla-4.2 VSC-7").open()
        let client = Client(camera)
        #expect(try client.description("aoi_width")["values"] == .tuple([1, 2048]))
        _ = try camera.setROI(ROI(left: 1000, top: 0, width: 48, height: 2048))
        #expect(try client.description("aoi_width")["values"] == .tuple([1, 1048]))
        #expect(try client.description("exposure_time")["values"] == .tuple([1e-5, 30.0]))
    }

    @Test func choicesAreThoseOfThePresentGain() throws {
        let client = Client(try World("camera zyla-4.2 VSC-7").open())
        func encodings() throws -> PythonValue? { try client.description("pixel_encoding")["values"] }
        #expect(
            try encodings()
                == .list([.tuple([0, "Mono12"]), .tuple([1, "Mono12Packed"]), .tuple([9, "Mono32"])])
        )
        try client.choose("simple_pre_amp_gain_control", "16-bit (low noise & high well capacity)")
        #expect(try encodings() == .list([.tuple([2, "Mono16"]), .tuple([9, "Mono32"])]))
        #expect(try client.setting("pixel_encoding") == 2)
        #expect(throws: SettingError.self) { try client.change("pixel_encoding", to: 0) }
    }

    @Test func readOnlyIsSaidForEverAndForNow() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        let client = Client(camera)
        #expect(try client.description("sensor_temperature")["readonly"] == true)
        #expect(try client.description("aoi_top")["readonly"] == false)
        try client.change("vertically_centre_aoi", to: true)
        #expect(try client.description("aoi_top")["readonly"] == true)
        #expect(throws: SettingError.readOnly("aoi_top")) { try client.change("aoi_top", to: 2) }
        try camera.setTrigger(.risingEdge, .once)
        #expect(try client.description("frame_rate")["readonly"] == true)
        try camera.setTrigger(.software, .once)
        #expect(try client.description("frame_rate")["readonly"] == false)
    }

    @Test func imagesArePausedForWhatIsLocked() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        let client = Client(camera)
        try camera.ready()
        _ = try camera.triggeredImage()
        #expect(try client.description("aoi_width")["readonly"] == false)
        try client.change("aoi_width", to: 100)
        #expect(try client.setting("camera_acquiring") == true)
        #expect(try camera.triggeredImage().width == 100)
        try client.choose("pixel_encoding", "Mono32")
        #expect(try camera.triggeredImage().dtype == .uint32)
    }

    @Test func imagesGoOnWhenAChangeFails() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let camera = try world.open()
        try camera.ready()
        _ = try camera.triggeredImage()
        try world.order("fails", of: "VSC-7", "SetAOIHeight 17 1")
        let error = #expect(throws: DeviceError.self) {
            try camera.setROI(ROI(left: 8, top: 8, width: 64, height: 64))
        }
        #expect(error?.description == "AOIHeight = 64 on VSC-7: AT_ERR_COMM (17)")
        #expect(try camera.roi == ROI(left: 0, top: 0, width: 2048, height: 2048))
        #expect(try camera.triggeredImage().array.shape == [2048, 2048])
    }

    @Test(arguments: AndorCameraTests.models) func settingsCanBeSentBackAsTheyCame(model: String) throws {
        let camera = try World("camera \(model) VSC-7").open()
        let client = Client(camera)
        try camera.ready()
        func all() throws -> PythonDictionary {
            guard case .dict(let all) = try client.call("get_all_settings") else { throw DeviceError(.failed, "") }
            // The one that changes by itself.
            return PythonDictionary(all.pairs.filter { $0.key != "timestamp_clock" })
        }
        let first = try all()
        #expect(try client.call("update_settings", .dict(first)) == .dict([:]))
        #expect(try all() == first)
        _ = try camera.triggeredImage()
    }

    @Test func numberOfBuffersCanBeChanged() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        try camera.ready()
        try Client(camera).change("num_buffers", to: 7)
        #expect(try Client(camera).setting("num_buffers") == 7)
        guard case .running(let run) = camera.acquisition.state.withLock(\.phase) else {
            Issue.record("it does not run")
            return
        }
        #expect(run.pool.queuedCount == 7)
        #expect(throws: SettingError.self) { try Client(camera).change("num_buffers", to: 0) }
    }

    @Test func hasTheMethodsOfPythonMicroscopesClass() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        let client = Client(camera)
        try client.call("set_cooling", .bool(false))
        #expect(try client.setting("sensor_cooling") == false)
        try client.call("set_cooling", .bool(true))
        #expect(try client.setting("sensor_cooling") == true)
        try client.call("set_num_buffers", .int(9))
        #expect(try client.setting("num_buffers") == 9)
        for count in [0, 101, -1] {
            #expect(throws: RemoteError.self) { try client.call("set_num_buffers", .int(count)) }
        }
        #expect(try client.call("get_gain") == .none)
    }

    @Test func fixedSeriesEndsByItself() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        let client = Client(camera)
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 32, height: 32))
        try camera.expose(for: 0.001)
        try camera.setTrigger(.software, .strobe)
        try client.choose("cycle_mode", "Fixed")
        try client.change("frame_count", to: 3)
        try camera.enable()
        for number in 0..<3 { #expect(try camera.image()[0, 0] == number) }
        #expect(try camera.dataSource.next(within: .milliseconds(50)) == nil)
        #expect(camera.acquisition.counts == AcquisitionCounts())
        try camera.disable()
    }
}
