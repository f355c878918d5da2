public import FilterWheels

/// The simulated wheels by the names that tests give them.
public enum VirtualWheel {
    /// Nil for an unknown name; the names are `zwo`, `starlight-xpress`, `clarity`, `finger-lakes`, `old-finger-lakes`.
    public static func named(_ name: String, _ options: SimulatedWheelOptions) -> SimulatedWheel? {
        switch name {
        case "zwo": .zwo(options)
        case "starlight-xpress": .starlightXpress(options)
        case "clarity": .clarity(options)
        case "finger-lakes": .fingerLakes(options)
        case "old-finger-lakes": .fingerLakes(options, hardware: 0x02)
        default: nil
        }
    }
}
