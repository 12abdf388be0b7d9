/** The gateway's image; the tag is Caddy's version. */
export const gatewayImage = "caddy:2.11.9";
