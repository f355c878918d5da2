internal import Devices
internal import Pickle

/// The contracts of every camera, without taking an image.
enum CameraContracts {
    static let all = [
        Contract.members(
            of: (any Camera).self,
            "a camera",
            methods: [
                "get_binning", "get_cycle_time", "get_exposure_time", "get_roi", "get_sensor_shape", "get_transform",
                "set_binning", "set_exposure_time", "set_roi", "set_transform", "soft_trigger",
            ]
        ),
        Contract("a camera's ROI can be set to what it is", roiCanBeSetToWhatItIs),
        Contract("a camera's ROI can be set to all of the sensor", roiCanBeAllOfTheSensor),
        Contract("a camera refuses a ROI that is not on its sensor, and keeps its own", refusesWrongROI),
        Contract("a camera refuses an invalid binning, and keeps its own", refusesWrongBinning),
        Contract(
            "a camera exposes for the time that was set, and its cycle is not shorter",
            exposesForTheTimeThatWasSet
        ),
        Contract("a camera refuses an invalid exposure time, and keeps its own", refusesWrongTime),
        Contract("a camera has the transform that was set", hasTheTransformThatWasSet),
    ]

    private static func roiCanBeSetToWhatItIs(camera: any Camera, trial: Trial) throws {
        let roi = try trial.client.call("get_roi")
        trial.expect("set_roi", try trial.client.call("set_roi", roi), is: true)
        trial.expect("get_roi()", try trial.client.call("get_roi"), is: roi)
    }

    private static func roiCanBeAllOfTheSensor(camera: any Camera, trial: Trial) throws {
        let shape = try camera.shape
        trial.expect("get_sensor_shape()", try trial.client.call("get_sensor_shape"), is: shape.python)
        let whole = ROI(left: 0, top: 0, width: shape.width, height: shape.height)
        for roi in [ROI.whole, whole] {
            try trial.client.call("set_roi", roi.python)
            trial.expect("get_roi()", try trial.client.call("get_roi"), is: whole.python)
        }
    }

    private static func refusesWrongROI(camera: any Camera, trial: Trial) throws {
        let (shape, before) = (try camera.shape, try camera.roi)
        let wrong = [
            ROI(left: -1, top: 0, width: 0, height: 0), ROI(left: shape.width, top: 0, width: 0, height: 0),
            ROI(left: 0, top: shape.height, width: 0, height: 0),
            ROI(left: 1, top: 0, width: shape.width, height: 0), ROI(left: 0, top: 0, width: 0, height: -1),
            ROI(left: 1, top: 1, width: .max, height: .max), ROI(left: .min, top: .min, width: 1, height: 1),
        ]
        for roi in wrong {
            trial.expect("set_roi(\(roi))", isRefusedBy: .value) { try trial.client.call("set_roi", roi.python) }
        }
        trial.expect("set_roi((1, 2))", isRefusedBy: .value) { try trial.client.call("set_roi", .tuple([1, 2])) }
        trial.expect("get_roi() after what was refused", try camera.roi, is: before)
    }

    private static func refusesWrongBinning(camera: any Camera, trial: Trial) throws {
        let (shape, before) = (try camera.shape, try camera.binning)
        for binning in [Binning(h: 0, v: 1), Binning(h: 1, v: -1), Binning(h: shape.width + 1, v: 1)] {
            trial.expect("set_binning(\(binning))", isRefusedBy: .value) {
                try trial.client.call("set_binning", binning.python)
            }
        }
        trial.expect("set_binning(2)", isRefusedBy: .type) { try trial.client.call("set_binning", 2) }
        trial.expect("get_binning() after what was refused", try camera.binning, is: before)
    }

    private static func exposesForTheTimeThatWasSet(camera: any Camera, trial: Trial) throws {
        try trial.client.call("set_exposure_time", 0.25)
        guard
            let time = Double(python: try trial.client.call("get_exposure_time")),
            let cycle = Double(python: try trial.client.call("get_cycle_time"))
        else { return trial.violate("get_exposure_time() or get_cycle_time() is not a number") }
        // Cameras round to rows or to ticks of a clock.
        trial.expect("get_exposure_time()", time, isIn: 0.2475...0.2525)
        if cycle < time { trial.violate("get_cycle_time(): expected at least \(time), got \(cycle)") }
    }

    private static func refusesWrongTime(camera: any Camera, trial: Trial) throws {
        let before = try camera.exposureTime
        for time in [-1, .nan, .infinity] {
            trial.expect("set_exposure_time(\(time))", isRefusedBy: .value) {
                try trial.client.call("set_exposure_time", .float(time))
            }
        }
        trial.expect("set_exposure_time('a')", isRefusedBy: .type) { try trial.client.call("set_exposure_time", "a") }
        trial.expect("get_exposure_time() after what was refused", try camera.exposureTime, is: before)
    }

    private static func hasTheTransformThatWasSet(camera: any Camera, trial: Trial) throws {
        for bits in 0..<8 {
            let flags = PythonValue.tuple([.bool(bits & 1 != 0), .bool(bits & 2 != 0), .bool(bits & 4 != 0)])
            try trial.client.call("set_transform", flags)
            trial.expect("get_transform()", try trial.client.call("get_transform"), is: flags)
        }
        let before = try trial.client.call("get_transform")
        trial.expect("set_transform(1)", isRefusedBy: .type) { try trial.client.call("set_transform", 1) }
        trial.expect("get_transform() after what was refused", try trial.client.call("get_transform"), is: before)
    }
}
