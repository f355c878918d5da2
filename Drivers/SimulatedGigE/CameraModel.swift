/// A model of simulated camera: its identity, its sensor and its features.
public struct CameraModel: Sendable {
    public let name: String
    /// In the camera's registers and description.
    public let title: String
    public let width, height: Int
    public let formats: [SimulatedPixelFormat]
    public let features: [CameraFeature]

    /// The registers of the features that do something, at the addresses of Aravis' own simulated camera, so that it can
    /// be run with the same description.
    enum Register {
        static let width = 0x100, height = 0x104, binningX = 0x108, binningY = 0x10c
        static let gain = 0x110, gainAuto = 0x114, sensorHeight = 0x118, sensorWidth = 0x11c
        static let exposure = 0x120, acquisition = 0x124, format = 0x128, mode = 0x12c
        static let left = 0x130, top = 0x134, period = 0x138
        static let triggerMode = 0x300, triggerSource = 0x304, activation = 0x308, trigger = 0x30c
        static let padding = 0x1004
        static let temperature = 0x1014, reverse = 0x1018, uptime = 0x101c, lines = 0x1040, many = 0x2000
    }

    /// The names of the models.
    public static let names = ["sfnc", "classic", "color", "rich"]

    /// The model of a name; nil if there is none.
    public init?(_ name: String) {
        self.name = name
        switch name {
        case "sfnc":
            (title, width, height) = ("SG-2048", 2048, 2048)
            formats = [.mono8, .mono10, .mono10p, .mono12, .mono12p, .mono16]
            features = Self.common(self.formats) + Self.modern
        case "classic":
            (title, width, height) = ("SG-1296 classic", 1296, 966)
            formats = [.mono8, .mono10Packed, .mono12, .mono12Packed]
            features = Self.common(self.formats) + Self.classic
        case "color":
            (title, width, height) = ("SG-1936c", 1936, 1216)
            formats = [.bayerRG8, .bayerRG12, .bayerRG12p, .rgb8, .bgr8, .uyvy, .yuyv, .mono8]
            features = Self.common(self.formats) + Self.modern
        case "rich":
            (title, width, height) = ("SG-512 rich", 512, 512)
            formats = [.mono8, .mono14, .mono16]
            features = Self.common(self.formats) + Self.modern + Self.many
        default: return nil
        }
    }

    /// The description of the camera that is read from it.
    public var xml: String {
        var categories: [String] = []
        for feature in features where !feature.category.isEmpty && !categories.contains(feature.category) {
            categories.append(feature.category)
        }
        let root = categories.map { "<pFeature>\($0)</pFeature>" }.joined()
        let groups = categories.map { category in
            let names = features.filter { $0.category == category }.map { "<pFeature>\($0.name)</pFeature>" }
            return "<Category Name=\"\(category)\">\(names.joined())</Category>\n"
        }
        return """
            <?xml version="1.0" encoding="utf-8"?>
            <RegisterDescription ModelName="SimulatedGigE" VendorName="Simulated" StandardNameSpace="None" \
            SchemaMajorVersion="1" SchemaMinorVersion="1" SchemaSubMinorVersion="0" MajorVersion="1" MinorVersion="0" \
            SubMinorVersion="0" ToolTip="" ProductGuid="0" VersionGuid="0" \
            xmlns="http://www.genicam.org/GenApi/Version_1_1">
            <Category Name="Root">\(root)</Category>
            \(groups.joined())\(features.map(\.xml).joined())<Port Name="Device"/>
            </RegisterDescription>

            """
    }

    /// The features of all models.
    private static func common(_ formats: [SimulatedPixelFormat]) -> [CameraFeature] {
        typealias R = Register
        let (device, image, acquisition) = ("DeviceControl", "ImageFormatControl", "AcquisitionControl")
        let locked = "TLParamsLocked"
        return [
            .init("DeviceVendorName", in: device, .text(length: 32), at: 0x48, access: "RO"),
            .init("DeviceModelName", in: device, .text(length: 32), at: 0x68, access: "RO"),
            .init("DeviceSerialNumber", in: device, .text(length: 16), at: 0xd8, access: "RO"),
            .init("DeviceUserID", in: device, .text(length: 16), at: 0xe8),
            .init("DeviceTemperature", in: device, .fraction(unit: "C"), at: R.temperature, access: "RO")
                .with(visibility: "Expert"),
            .init("DeviceReset", in: device, .command(1), at: R.uptime, access: "WO").with(visibility: "Guru"),
            .init("SensorWidth", in: image, .int(min: "0", max: "65535"), at: R.sensorWidth, access: "RO"),
            .init("SensorHeight", in: image, .int(min: "0", max: "65535"), at: R.sensorHeight, access: "RO"),
            .init("WidthMax", in: image, .formula([("S", "SensorWidth"), ("B", "BinningHorizontal")], "S / B")),
            .init("HeightMax", in: image, .formula([("S", "SensorHeight"), ("B", "BinningVertical")], "S / B")),
            .init("WidthLimit", in: "", .formula([("M", "WidthMax"), ("O", "OffsetX")], "M - O")),
            .init("HeightLimit", in: "", .formula([("M", "HeightMax"), ("O", "OffsetY")], "M - O")),
            .init("OffsetXLimit", in: "", .formula([("M", "WidthMax"), ("W", "Width")], "M - W")),
            .init("OffsetYLimit", in: "", .formula([("M", "HeightMax"), ("H", "Height")], "M - H")),
            .init("Width", in: image, .int(min: "16", max: "WidthLimit", step: 8), at: R.width).with(lock: locked),
            .init("Height", in: image, .int(min: "2", max: "HeightLimit", step: 2), at: R.height).with(lock: locked),
            .init("OffsetX", in: image, .int(min: "0", max: "OffsetXLimit", step: 4), at: R.left),
            .init("OffsetY", in: image, .int(min: "0", max: "OffsetYLimit", step: 2), at: R.top),
            .init("BinningHorizontal", in: image, .int(min: "1", max: "4"), at: R.binningX).with(lock: locked),
            .init("BinningVertical", in: image, .int(min: "1", max: "4"), at: R.binningY).with(lock: locked),
            .init("PixelFormat", in: image, .choice(formats.map { ($0.name, Int($0.rawValue)) }), at: R.format)
                .with(lock: locked),
            .init("ReverseX", in: image, .bool, at: R.reverse),
            .init("LinePadding", in: image, .int(min: "0", max: "64"), at: R.padding).with(
                visibility: "Expert",
                lock: locked
            ),
            .init("AcquisitionMode", in: acquisition, .choice([("Continuous", 1)]), at: R.mode),
            .init("AcquisitionStart", in: acquisition, .command(1), at: R.acquisition),
            .init("AcquisitionStop", in: acquisition, .command(0), at: R.acquisition),
            .init(
                "TriggerSelector",
                in: acquisition,
                .selector(["FrameStart"], of: ["TriggerMode", "TriggerSource", "TriggerActivation"])
            ),
            .init("TriggerMode", in: acquisition, .choice([("Off", 0), ("On", 1)]), at: R.triggerMode),
            .init(
                "TriggerSource",
                in: acquisition,
                .choice([("Line1", 0), ("Software", 1), ("Line2", 2)]),
                at: R.triggerSource
            ),
            .init(
                "TriggerActivation",
                in: acquisition,
                .choice([("RisingEdge", 0), ("FallingEdge", 1), ("AnyEdge", 2)]),
                at: R.activation
            ),
            .init("TriggerSoftware", in: acquisition, .command(1), at: R.trigger, access: "WO"),
            .init(
                "LineSelector",
                in: "DigitalIOControl",
                .selector(["Line1", "Line2", "Line3"], of: ["LineMode", "LineInverter"])
            ),
            .init("LineMode", in: "DigitalIOControl", .choice([("Input", 0), ("Output", 1)]), at: R.lines)
                .with(selector: "LineSelector"),
            .init("LineInverter", in: "DigitalIOControl", .bool, at: R.lines + 4).with(selector: "LineSelector"),
            .init(
                "PayloadSize",
                in: "TransportLayerControl",
                .formula(
                    [("W", "Width"), ("H", "Height"), ("F", "PixelFormat"), ("P", "LinePadding")],
                    "(((W * ((F &gt;&gt; 16) &amp; 255) + 7) / 8) + P) * H"
                )
            ),
            .init("TLParamsLocked", in: "TransportLayerControl", .int(min: "0", max: "1"), at: R.acquisition)
                .with(visibility: "Invisible"),
        ]
    }

    /// The names of the newer standard.
    private static let modern: [CameraFeature] = [
        .init("AcquisitionFrameRate", in: "AcquisitionControl", .rate, at: Register.period),
        .init(
            "ExposureTime",
            in: "AcquisitionControl",
            .float(min: 10, max: 10_000_000, unit: "us"),
            at: Register.exposure
        ),
        .init("Gain", in: "AnalogControl", .float(min: 0, max: 24, unit: "dB"), at: Register.gain).with(
            lock: "GainIsAutomatic"
        ),
        .init("GainAuto", in: "AnalogControl", .choice([("Off", 0), ("Continuous", 1)]), at: Register.gainAuto),
        .init("GainIsAutomatic", in: "", .int(min: "0", max: "1"), at: Register.gainAuto),
    ]

    /// The names of cameras from before it.
    private static let classic: [CameraFeature] = [
        .init("AcquisitionFrameRateAbs", in: "AcquisitionControl", .rate, at: Register.period),
        .init(
            "ExposureTimeAbs",
            in: "AcquisitionControl",
            .float(min: 20, max: 1_000_000, unit: "us"),
            at: Register.exposure
        ),
        .init("GainRaw", in: "AnalogControl", .int(min: "0", max: "500", step: 5), at: Register.gain),
    ]

    /// As many as the largest cameras have.
    private static let many: [CameraFeature] = (0..<460).map { number in
        let kind: CameraFeature.Kind =
            switch number % 4 {
            case 0: .int(min: "0", max: "1000", step: 5)
            case 1: .bool
            case 2: .choice([("Low", 0), ("High", 1)])
            default: .float(min: 0, max: 100, unit: "V")
            }
        return CameraFeature("Bench\(number)", in: "BenchControl", kind, at: Register.many + 4 * number)
    }
}
