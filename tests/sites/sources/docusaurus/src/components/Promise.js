import React from "react";

export default function Promise({ hours }) {
  return <p>A component promises {hours} hours of light.</p>;
}
