import Devices
import Pickle
import Testing

struct ConversionTests {
    /// The bytes of elements, the least significant one first, as they stand in an array.
    private static func bytes<Element: BitwiseCopyable>(_ values: Element...) -> [UInt8] {
        values.flatMap { unsafe withUnsafeBytes(of: $0, Array.init) }
    }

    private static let arrays: [(DType, [UInt8], [Double])] = [
        (.bool, [0, 1, 2], [0, 1, 1]),
        (.uint8, [0, 255], [0, 255]),
        (.uint16, bytes(UInt16(1), .max), [1, 65535]),
        (.uint32, bytes(UInt32(1), .max), [1, 4_294_967_295]),
        (.uint64, bytes(UInt64(1), 1 << 40), [1, 1_099_511_627_776]),
        (.int8, bytes(Int8(-1), .min), [-1, -128]),
        (.int16, bytes(Int16(-1), .min), [-1, -32768]),
        (.int32, bytes(Int32(-1), .min), [-1, -2_147_483_648]),
        (.int64, bytes(Int64(-1), -1 << 40), [-1, -1_099_511_627_776]),
        (DType(kind: .float, size: 2)!, bytes(Float16(0.5), -2), [0.5, -2]),
        (.float32, bytes(Float(0.25), -8), [0.25, -8]),
        (.float64, bytes(0.1, -1e300), [0.1, -1e300]),
        (DType(kind: .complex, size: 8)!, bytes(Float(1.5), 9, 2.5, 9), [1.5, 2.5]),
        (DType(kind: .complex, size: 16)!, bytes(1.5, 9.0, 2.5, 9.0), [1.5, 2.5]),
    ]

    @Test(arguments: arrays)
    func elementsOfEveryTypeAreNumbers(dtype: DType, bytes: [UInt8], numbers: [Double]) throws {
        let array = try #require(NDArray(dtype, shape: [numbers.count], data: Bytes(bytes)))
        #expect(array.doubles == numbers)
        #expect(array.element(at: numbers.count) == nil)
        #expect(array.element(at: -1) == nil)
    }

    @Test func numbersBecomeAnArrayAndComeBack() throws {
        let array = try #require(NDArray([1, 2, 3, 4, 5, 6], shape: [2, 3]))
        #expect(array.dtype == .float64)
        #expect(array.doubles == [1, 2, 3, 4, 5, 6])
        #expect(NDArray([1, 2], shape: [3]) == nil)
    }

    @Test(
        arguments: [
            (.tuple([1, 2, 3, 4]), ROI(left: 1, top: 2, width: 3, height: 4)),
            (.list([1, 2, .none, .none]), ROI(left: 1, top: 2, width: 0, height: 0)),
            (.list([1.0, 2, 3, 4]), ROI(left: 1, top: 2, width: 3, height: 4)),
            (.namedTuple(ROI.pythonClass, [1, 2, 3, 4]), ROI(left: 1, top: 2, width: 3, height: 4)),
            (.array(NDArray([1, 2, 3, 4], shape: [4])!), ROI(left: 1, top: 2, width: 3, height: 4)),
            (.tuple([1, 2, 3]), nil), (.tuple([1, 2, 3, "4"]), nil), ("abcd", nil), (.tuple([1, 2, 3, 4.5]), nil),
        ] as [(PythonValue, ROI?)]
    )
    func anyFourNumbersAreAROI(value: PythonValue, roi: ROI?) { #expect(ROI(python: value) == roi) }

    @Test(
        arguments: [
            (.tuple([true, false, true]), Transform(flipsLeftRight: true, rotates: true)),
            (.list([0, 1, 0]), Transform(flipsUpDown: true)),
            (.tuple([true, false]), nil), (.tuple([true, "x", false, true]), nil), (.none, nil),
        ] as [(PythonValue, Transform?)]
    )
    func anyThreeTruthValuesAreATransform(value: PythonValue, transform: Transform?) {
        #expect(Transform(python: value) == transform)
    }

    @Test func namedTuplesGoOutAsMicroscopesOwn() {
        #expect(
            ROI(left: 1, top: 2, width: 3, height: 4).python
                == .namedTuple(PythonClass("microscope", "ROI"), [1, 2, 3, 4])
        )
        #expect(Binning(h: 1, v: 2).python == .namedTuple(PythonClass("microscope", "Binning"), [1, 2]))
        #expect(
            AxisLimits(lower: 0, upper: 2).python == .namedTuple(PythonClass("microscope", "AxisLimits"), [0.0, 2.0])
        )
        #expect(SensorShape(width: 3, height: 2).python == .tuple([3, 2]))
        #expect(Transform(flipsUpDown: true).python == .tuple([false, true, false]))
    }

    @Test func enumsAreTakenAsMembersAndAsNumbers() {
        #expect(TriggerType(python: .enumMember(TriggerType.pythonClass, 1)) == .risingEdge)
        #expect(TriggerType(python: 3) == .pulse)
        #expect(TriggerType(python: 4) == nil)
        #expect(TriggerType(python: .enumMember(TriggerMode.pythonClass, 1)) == nil)
        #expect(TriggerMode.bulb.python == .enumMember(PythonClass("microscope", "TriggerMode"), 2))
    }

    @Test func namedValuesKeepTheirOrder() {
        let values = NamedValues<Double>(python: .dict(["y": 1, "x": 2.5]))
        #expect(values?.pairs.map(\.name) == ["y", "x"])
        #expect(values?.pairs.map(\.value) == [1, 2.5])
        #expect(values?.python == .dict(["y": 1.0, "x": 2.5]))
        #expect(NamedValues<Double>(python: .dict(["y": "1"])) == nil)
    }

    @Test func optionalIsNoneOrTheValue() {
        #expect(Int?(python: .none) == .some(nil))
        #expect(Int?(python: 3) == 3)
        #expect(Int?(python: "3") == nil)
        #expect(Int?.none.python == .none)
    }

    @Test func aNumberIsAnIntOnlyIfItIsWhole() {
        #expect(Int(python: 3.0) == 3)
        #expect(Int(python: 3.5) == nil)
        #expect(Int(python: 1e300) == nil)
        #expect(Int(python: true) == 1)
        #expect(Double(python: 3) == 3.0)
        #expect(Bool(python: 0.0) == false)
        #expect(Bool(python: .none) == false)
        #expect(Bool(python: "False") == nil)
    }

    @Test func integersOf64BitsAreExactOrRefused() throws {
        func scalar(_ dtype: DType, _ bytes: [UInt8]) throws -> PythonValue {
            .scalar(try #require(NDArray(dtype, shape: [], data: Bytes(bytes))))
        }
        let beyondDoubles = 1 << 53 + 1
        #expect(Int(python: try scalar(.int64, Self.bytes(beyondDoubles))) == beyondDoubles)
        #expect(Int(python: try scalar(.int64, Self.bytes(Int.max))) == .max)
        #expect(Int(python: try scalar(.uint64, Self.bytes(UInt64(beyondDoubles)))) == beyondDoubles)
        #expect(Int(python: try scalar(.uint64, Self.bytes(UInt64.max))) == nil)
        #expect(Int(python: try scalar(.float64, Self.bytes(3.0))) == 3)
        #expect(Int(python: try scalar(.float64, Self.bytes(3.5))) == nil)
    }

    @Test func numbersFromClientsAreFinite() throws {
        for odd in [Double.nan, .infinity, -.infinity] {
            #expect(throws: RemoteError.value("x must be finite, not \(odd)")) {
                try Double.decode(.float(odd), as: "x")
            }
            #expect(throws: RemoteError.self) { try [Double].decode(.list([1.0, .float(odd)]), as: "x") }
            #expect(throws: RemoteError.self) { try NamedValues<Double>.decode(.dict(["a": .float(odd)]), as: "x") }
            #expect(throws: RemoteError.self) { try Double?.decode(.float(odd), as: "x") }
        }
        #expect(try Double?.decode(.none, as: "x") == nil)
    }
}
