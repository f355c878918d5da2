internal import Pickle

/// A format for plain data, which knows nothing of exceptions, proxies and enumerations.
protocol PlainFormat: Sendable {
    static var id: SerializerID { get }

    /// Writes a value that ``PlainValues`` made.
    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8]
    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue

    /// The form of a point in time, or of a length of it.
    static func plain(_ date: PythonDate) throws(SerializerError) -> PythonValue
    /// The form of a call.
    static func plain(_ call: WireCall) -> PythonValue
    static func call(from value: PythonValue) throws(SerializerError) -> WireCall
}

extension PlainFormat {
    static func plain(_ date: PythonDate) throws(SerializerError) -> PythonValue { try date.plain }
    static func plain(_ call: WireCall) -> PythonValue { call.tuple }
    static func call(from value: PythonValue) throws(SerializerError) -> WireCall { try WireCall(value) }
}
